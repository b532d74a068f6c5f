// The failures of a run that goes on, as they come in: nobody should have to wait for its end, or scroll, to see them.
import { needsAttention, outcomeLabel, outcomeOf } from '../../model/outcome';
import type { TestView } from '../../model/report';
import { noteOf } from '../../model/test_list';
import { shortTitle, spokenTitle } from '../../model/titles';
import { formatCount, plural } from '../../text/format';
import { OutcomeIcon } from '../outcome_mark';
import './live_failures.css';

const SHOWN_MAX = 6;

interface LiveFailuresProps {
  tests: readonly TestView[];
  open: (test: number) => void;
}

export function LiveFailures({ tests, open }: LiveFailuresProps): React.ReactNode {
  const failed = tests.flatMap((test, at) => needsAttention(outcomeOf(test)) ? [{ test, at }] : []);
  if (failed.length === 0) return null;
  return (
    <section className="live-failures panel" aria-label="Failures so far">
      <h2>{plural(failed.length, 'failure')} so far</h2>
      <ul>
        {failed.slice(0, SHOWN_MAX).map(({ test, at }) => {
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
      </ul>
      {failed.length > SHOWN_MAX && <p className="soft">and {formatCount(failed.length - SHOWN_MAX)} more in the list below</p>}
    </section>
  );
}
