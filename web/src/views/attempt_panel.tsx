// One attempt of a test with all its evidence, the most telling first: errors, pictures, traces, logs, steps.
import type { AttemptView } from '../model/report';
import { formatDuration, formatOffset } from '../text/format';
import { CodeBlock } from '../ui/code';
import { Disclosure } from '../ui/disclosure';
import { Attachments } from './attachments';
import { ErrorBlock } from './error_block';
import { StepsWaterfall } from './steps_waterfall';

const UNCOUNTED_RESULT = 'This result came after its lease was lost; it is recorded, but not counted.';
const UNCOUNTED: Partial<Record<string, string>> = {
  lost: 'Its process or worker died during this attempt. That is recorded, but takes no retry from the test.',
};

/** An unknown status comes from a newer writer and is shown as it is. */
function wordOf(status: string): string {
  return status.replaceAll('_', ' ');
}

export function AttemptPanel({ attempt }: { attempt: AttemptView }): React.ReactNode {
  const passed = attempt.status === 'passed';
  const logs = [
    { title: 'Application log', note: 'during this attempt', text: attempt.app_log },
    { title: 'Standard output', note: '', text: attempt.output },
    { title: 'Standard error', note: '', text: attempt.errput },
  ].filter((log) => log.text !== '');
  return (
    <div>
      <p className="attempt-facts">
        <span>{wordOf(attempt.status)}{attempt.duration_ms > 0 && ` after ${formatDuration(attempt.duration_ms)}`}</span>
        <span>began at {formatOffset(attempt.started_ms)}</span>
        {attempt.worker !== '' && <span>on {attempt.worker}</span>}
      </p>
      {!attempt.counted && <p className="attempt-late">{UNCOUNTED[attempt.status] ?? UNCOUNTED_RESULT}</p>}
      {attempt.errors.map((error, at) => <ErrorBlock key={at} error={error} />)}
      <Attachments attachments={attempt.attachments} />
      {logs.length > 0 && (
        <section className="detail-section" aria-label="Output">
          {logs.map((log) => (
            <Disclosure key={log.title} title={log.title} note={log.note} open={!passed}><CodeBlock text={log.text} what={log.title.toLowerCase()} /></Disclosure>
          ))}
        </section>
      )}
      {attempt.steps.length > 0 && <StepsWaterfall attempt={attempt} />}
    </div>
  );
}
