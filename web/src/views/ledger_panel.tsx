// The account of every planned test as a proportional bar and as the equation that must always hold. Each word is a filter.
import { ledgerEntries, ledgerSum, type LedgerEntry } from '../model/ledger';
import { outcomeLabel } from '../model/outcome';
import type { LedgerView } from '../model/report';
import { formatCount, formatPercent } from '../text/format';
import { OutcomeIcon } from './outcome_mark';
import './ledger_panel.css';

interface LedgerPanelProps {
  ledger: LedgerView;
  planned: number;
  /** Tests of an unfinished run that have no entry yet. */
  pending?: number;
  choose: (outcome: LedgerEntry['outcome']) => void;
}

export function LedgerPanel({ ledger, planned, pending = 0, choose }: LedgerPanelProps): React.ReactNode {
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
        <span className="ledger-planned"><b>{formatCount(planned)}</b> planned</span>
        <span className="ledger-sign" aria-hidden="true">{sum === planned ? '=' : '≠'}</span>
        <ul>
          {entries.map((entry, at) => (
            <li key={entry.outcome} className={entry.count === 0 ? 'ledger-zero' : ''}>
              {at > 0 && <span className="ledger-sign" aria-hidden="true">+</span>}
              <button type="button" disabled={entry.count === 0} onClick={() => choose(entry.outcome)} aria-label={`${formatCount(entry.count)} ${outcomeLabel(entry.outcome)}: show them`}>
                <OutcomeIcon outcome={entry.outcome} />
                <b>{formatCount(entry.count)}</b>{' '}
                <span>{outcomeLabel(entry.outcome)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
