// The account of every planned test as a proportional bar and as the equation that must always hold. Each word is a filter.
import { HistoryOutlined } from '@ant-design/icons';
import type { CarriedCounts } from '../model/carried';
import { ledgerEntries, ledgerSum, type LedgerEntry } from '../model/ledger';
import { outcomeLabel } from '../model/outcome';
import type { LedgerView } from '../model/report';
import { formatCount, formatPercent, plural } from '../text/format';
import { Link } from '../ui/link';
import { OutcomeIcon } from './outcome_mark';
import { usePlaces } from './places';
import './ledger_panel.css';

interface LedgerPanelProps {
  ledger: LedgerView;
  planned: number;
  /** How many of the planned are flows; left out: none. */
  flows?: number;
  /** Tests of an unfinished run that have no entry yet. */
  pending?: number;
  /** Verdicts of an earlier run that stand; left out: none. */
  carried?: CarriedCounts;
  choose: (outcome: LedgerEntry['outcome']) => void;
  /** Shows the tests that were carried forward. */
  showCarried?: () => void;
}

export function LedgerPanel({ ledger, planned, flows = 0, pending = 0, carried, choose, showCarried }: LedgerPanelProps): React.ReactNode {
  const entries = ledgerEntries(ledger, pending);
  const sum = ledgerSum(ledger) + pending;
  const spoken = entries.filter((entry) => entry.count > 0).map((entry) => `${entry.count} ${outcomeLabel(entry.outcome)}`).join(', ');
  return (
    <section className="ledger panel" aria-label="Ledger">
      <div className="ledger-bar" role="img" aria-label={spoken === '' ? 'no tests were planned' : spoken}>
        {entries.filter((entry) => entry.count > 0).map((entry) => (
          <span
            key={entry.outcome} title={`${formatCount(entry.count)} ${outcomeLabel(entry.outcome)}, ${formatPercent(entry.count / sum)}`}
            style={{ flexGrow: entry.share, background: `var(--fill-${entry.outcome})` }}
          />
        ))}
      </div>
      <div className="ledger-equation">
        <span className="ledger-planned"><b>{formatCount(planned)}</b> planned{flows > 0 && <span className="soft">, {plural(flows, 'flow')} among them</span>}</span>
        <span className="ledger-sign" aria-hidden="true">{sum === planned ? '=' : '≠'}</span>
        <ul>
          {entries.map((entry, at) => <Entry key={entry.outcome} entry={entry} carried={carried?.by_outcome[entry.outcome] ?? 0} signed={at > 0} choose={choose} />)}
        </ul>
      </div>
      {carried !== undefined && carried.total > 0 && <CarriedNote carried={carried} planned={planned} show={showCarried} />}
    </section>
  );
}

interface EntryProps {
  entry: LedgerEntry;
  carried: number;
  signed: boolean;
  choose: (outcome: LedgerEntry['outcome']) => void;
}

function Entry({ entry: { outcome, count }, carried, signed, choose }: EntryProps): React.ReactNode {
  const word = outcomeLabel(outcome);
  return (
    <li className={count === 0 ? 'ledger-zero' : ''}>
      {signed && <span className="ledger-sign" aria-hidden="true">+</span>}
      <button type="button" disabled={count === 0} onClick={() => choose(outcome)} aria-label={`${formatCount(count)} ${word}${carried > 0 ? `, ${formatCount(carried)} of them carried` : ''}: show them`}>
        <OutcomeIcon outcome={outcome} />
        <b>{formatCount(count)}</b>{' '}
        <span>{word}{carried > 0 && <> <span className="soft ledger-word-carried">({formatCount(carried)} carried)</span></>}</span>
      </button>
    </li>
  );
}

/** A verdict that another run reached must not be taken for one of this run. */
function CarriedNote({ carried, planned, show }: { carried: CarriedCounts; planned: number; show: (() => void) | undefined }): React.ReactNode {
  const page = usePlaces().run(carried.from);
  const own = Math.max(0, planned - carried.total);
  return (
    <p className="ledger-carried">
      <span>
        <HistoryOutlined aria-hidden="true" />{plural(carried.total, 'verdict')} carried forward from {page === null ? <span className="mono">{carried.from}</span> : <Link className="mono" to={page}>{carried.from}</Link>}; {plural(own, 'test was', 'tests were')} left to this run.
      </span>
      {show !== undefined && <button type="button" onClick={show}>Show the carried ones</button>}
    </p>
  );
}
