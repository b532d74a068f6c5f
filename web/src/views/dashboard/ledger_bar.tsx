// The ledger of a run in one thin bar and a few words: what a row of a list has room for.
import { ledgerEntries, type LedgerEntry } from '../../model/ledger';
import { outcomeLabel } from '../../model/outcome';
import type { LedgerView } from '../../model/report';
import { formatCount } from '../../text/format';
import './ledger_bar.css';

/** Words that fit beside the bar; the rest is in its spoken form. */
const WORDS_MAX = 3;

export function LedgerBar({ ledger, pending }: { ledger: LedgerView; pending: number }): React.ReactNode {
  const entries = ledgerEntries(ledger, pending).filter((entry) => entry.count > 0);
  const spoken = entries.map(spell).join(', ');
  return <span className="ledger-thin" role="img" aria-label={spoken === '' ? 'no tests' : spoken} title={spoken}>{entries.map((entry) => <span key={entry.outcome} style={{ flexGrow: entry.share, background: `var(--fill-${entry.outcome})` }} />)}</span>;
}

/** The counts that ask for attention first; a green run says how many passed. */
export function LedgerWords({ ledger, pending }: { ledger: LedgerView; pending: number }): React.ReactNode {
  const order: LedgerEntry['outcome'][] = ['failed', 'timed_out', 'lost', 'never_ran', 'cancelled', 'flaky', 'pending', 'passed', 'skipped'];
  const entries = ledgerEntries(ledger, pending).filter((entry) => entry.count > 0).sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return (
    <span className="ledger-words" aria-hidden="true">
      {entries.slice(0, WORDS_MAX).map((entry) => <span key={entry.outcome} style={{ color: `var(--ink-${entry.outcome})` }}>{spell(entry)}</span>)}
    </span>
  );
}

function spell(entry: LedgerEntry): string {
  return `${formatCount(entry.count)} ${outcomeLabel(entry.outcome)}`;
}
