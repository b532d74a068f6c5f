// A word about a job or a wait in the colours of the ledger, with its icon, so that no reader has to tell colours apart.
import { outcomeOfWord } from '../../model/outcome';
import { OutcomeIcon } from '../outcome_mark';

export function StateWord({ word, ink }: { word: string; ink: string }): React.ReactNode {
  const outcome = outcomeOfWord(ink);
  return <span className="outcome-word" style={{ color: `var(--ink-${outcome})` }}><OutcomeIcon outcome={outcome} />{word}</span>;
}
