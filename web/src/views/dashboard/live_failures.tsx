// The failures of a run that goes on, as they come in: nobody should have to wait for its end, or scroll, to see them.
import { untoldFlows } from '../../model/flows';
import { needsAttention, outcomeLabel, outcomeOf, outcomeOfWord } from '../../model/outcome';
import type { ReportView } from '../../model/report';
import { noteOf } from '../../model/test_list';
import { shortTitle, spokenTitle } from '../../model/titles';
import { formatCount, plural } from '../../text/format';
import { OutcomeIcon } from '../outcome_mark';
import './live_failures.css';

const SHOWN_MAX = 6;

interface LiveFailuresProps {
  report: ReportView;
  open: (test: number) => void;
  /** What a wait ended stands in the list of flows. */
  showFlows: () => void;
}

export function LiveFailures({ report, open, showFlows }: LiveFailuresProps): React.ReactNode {
  const { tests, run } = report;
  const failed = tests.flatMap((test, at) => needsAttention(outcomeOf(test)) && (test.flow < 0 || outcomeOf(test) !== 'never_ran') ? [{ test, at }] : []);
  const flows = untoldFlows(report).flatMap((at) => run.flows[at] ?? []);
  const shown_flows = flows.slice(0, Math.max(1, SHOWN_MAX - failed.length));
  const shown = failed.slice(0, SHOWN_MAX - shown_flows.length);
  const count = failed.length + flows.length;
  const more = count - shown.length - shown_flows.length;
  if (count === 0) return null;
  return (
    <section className="live-failures panel" aria-label="Failures so far">
      <h2>{plural(count, 'failure')} so far</h2>
      <ul>
        {shown.map(({ test, at }) => {
          const outcome = outcomeOf(test);
          const note = noteOf(test);
          return (
            <li key={test.id}>
              <OutcomeIcon outcome={outcome} />
              <button type="button" onClick={() => open(at)} title={`${spokenTitle(test)}, ${test.spec}`}><span className="visually-hidden">{outcomeLabel(outcome)}: </span>{shortTitle(test)}</button>
              <span className="mono cell-one" style={{ color: `var(--ink-${outcome})` }}>{note === '' ? <span className="soft">{test.spec}</span> : note}</span>
            </li>
          );
        })}
        {shown_flows.map((flow) => {
          const outcome = outcomeOfWord(flow.outcome);
          return (
            <li key={`${flow.rule} ${flow.name}`}>
              <OutcomeIcon outcome={outcome} />
              <button type="button" onClick={showFlows} title={flow.name}><span className="visually-hidden">{outcomeLabel(outcome)}: </span>flow {flow.name}</button>
              <span className="mono cell-one" style={{ color: `var(--ink-${outcome})` }}>{flow.reason}</span>
            </li>
          );
        })}
      </ul>
      {more > 0 && <p className="soft">and {formatCount(more)} more in the list below</p>}
    </section>
  );
}
