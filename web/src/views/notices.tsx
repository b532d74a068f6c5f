// What must not be overlooked: a failed infrastructure, disagreements between the framework and the ledger, an early end; and why the
// run took as long as it did.
import { AlertFilled, HourglassOutlined, SafetyOutlined, StopOutlined, ToolFilled } from '@ant-design/icons';
import { noticesOf, type Notice, type NoticeKind } from '../model/notices';
import type { DisagreementView } from '../model/report';
import { keepUnits, plural } from '../text/format';
import { CodeBlock } from '../ui/code';
import { Disclosure } from '../ui/disclosure';
import './notices.css';

/** More than these are folded away, so that the results stay in reach. */
const SHOWN_MAX = 8;

const ICONS: Record<NoticeKind, React.ReactNode> = {
  infrastructure: <ToolFilled />,
  disagreement: <AlertFilled />,
  stopped: <StopOutlined />,
  refused: <SafetyOutlined />,
};

const TITLES: Record<NoticeKind, (count: number) => string> = {
  infrastructure: () => 'What failed before the tests',
  disagreement: (count) => `${plural(count, 'disagreement')}: the framework’s word and the ledger differ`,
  stopped: () => 'The run was stopped early',
  refused: () => 'Refused: what agents said and cannot be true',
};

const ORDER: readonly NoticeKind[] = ['infrastructure', 'disagreement', 'stopped', 'refused'];

export function Disagreements({ disagreements, fault }: { disagreements: readonly DisagreementView[]; fault: string | null }): React.ReactNode {
  return ORDER.map((kind) => {
    const own = kind === 'disagreement' && fault !== null ? [{ text: fault, log: '', unit: '', name: '' }] : [];
    const notices = [...own, ...noticesOf(disagreements, kind)];
    return notices.length === 0 ? null : <NoticePanel key={kind} kind={kind} notices={notices} />;
  });
}

function NoticePanel({ kind, notices }: { kind: NoticeKind; notices: readonly Notice[] }): React.ReactNode {
  const title = TITLES[kind](notices.length);
  const rest = notices.slice(SHOWN_MAX);
  return (
    <section className={`notice notice-${kind}`} role="alert" aria-label={title}>
      <span className="notice-icon" aria-hidden="true">{ICONS[kind]}</span>
      <div>
        <h2>{title}</h2>
        <ul>{notices.slice(0, SHOWN_MAX).map((notice, at) => <NoticeItem key={at} notice={notice} first={at === 0} />)}</ul>
        {rest.length > 0 && (
          <Disclosure title={`${rest.length} more`}>
            <ul>{rest.map((notice, at) => <NoticeItem key={at} notice={notice} first={false} />)}</ul>
          </Disclosure>
        )}
      </div>
    </section>
  );
}

/** Workers often fail alike, so only the first log is open. */
function NoticeItem({ notice, first }: { notice: Notice; first: boolean }): React.ReactNode {
  return (
    <li>
      {notice.text} {notice.unit !== '' && <span className="mono notice-unit">{notice.unit}</span>} {notice.name !== '' && <span className="mono soft">{notice.name}</span>}
      {notice.log !== '' && <Disclosure title="End of its log" open={first}><CodeBlock text={notice.log} what="the end of the log" /></Disclosure>}
    </li>
  );
}

export function HeldBack({ sentences }: { sentences: readonly string[] }): React.ReactNode {
  if (sentences.length === 0) return null;
  return (
    <section className="notice" aria-label="What held it back">
      <span className="notice-icon" aria-hidden="true"><HourglassOutlined /></span>
      <div>
        <h2>What held it back</h2>
        <ul>{sentences.map((sentence) => <li key={sentence}>{keepUnits(sentence)}</li>)}</ul>
      </div>
    </section>
  );
}
