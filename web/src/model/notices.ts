// The list of disagreements as a reader meets it: an end that somebody asked for, a machine that failed and an agent that was
// not believed are told apart from a framework and a ledger that contradict each other.
import type { DisagreementView } from './report';

export type NoticeKind = 'infrastructure' | 'disagreement' | 'stopped' | 'refused';

export interface Notice {
  /** The sentence. */
  text: string;
  /** The end of the log that came with it; empty for none. */
  log: string;
  unit: string;
  /** The name of a disagreement, by which its documentation is found; empty for the other kinds, whose heading says it. */
  name: string;
}

export function noticeKind(disagreement: DisagreementView): NoticeKind {
  const { name } = disagreement;
  return name === 'infrastructure' || name === 'stopped' || name === 'refused' ? name : 'disagreement';
}

export function noticesOf(disagreements: readonly DisagreementView[], kind: NoticeKind): Notice[] {
  return disagreements.filter((one) => noticeKind(one) === kind).map((one) => {
    const [text = '', ...log] = one.message.split('\n');
    return { text, log: log.join('\n').trimEnd(), unit: one.unit, name: kind === 'disagreement' ? one.name : '' };
  });
}
