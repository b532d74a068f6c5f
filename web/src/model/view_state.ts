// What a link to the report remembers: tab, search text, outcome filter, selected test, and what the artifacts are narrowed by. Reading is
// lenient (a link may come from another version of the page), writing leaves out what is at its default so that links stay short.
import { ATTACHMENT_KINDS, type AttachmentKind } from './attachments';
import { OUTCOMES, isOutcome, type Outcome } from './outcome';

/** `flows` is there only in the report of a run that had any. */
export type Tab = 'tests' | 'flows' | 'timeline' | 'artifacts' | 'units' | 'run';

export const TABS: readonly Tab[] = ['tests', 'flows', 'timeline', 'artifacts', 'units', 'run'];

export interface ViewState {
  tab: Tab;
  query: string;
  outcomes: readonly Outcome[];
  /** Id of the selected test; empty for none. */
  test: string;
  /** Search text of the artifacts, which is another than that of the tests: it finds names of files, not words of errors. */
  file: string;
  kinds: readonly AttachmentKind[];
  /** Only artifacts of tests that failed. */
  of_failed: boolean;
}

export const VIEW_STATE_DEFAULT: ViewState = { tab: 'tests', query: '', outcomes: [], test: '', file: '', kinds: [], of_failed: false };

export function parseViewState(hash: string): ViewState {
  const values = new URLSearchParams(hash.startsWith('#') ? hash.slice(1) : hash);
  const tab = TABS.find((name) => name === values.get('tab')) ?? VIEW_STATE_DEFAULT.tab;
  const chosen = new Set((values.get('outcome') ?? '').split(',').filter(isOutcome));
  const kinds = (values.get('kind') ?? '').split(',');
  return {
    tab,
    query: values.get('q') ?? '',
    outcomes: OUTCOMES.filter((outcome) => chosen.has(outcome)),
    test: values.get('test') ?? '',
    file: values.get('file') ?? '',
    kinds: ATTACHMENT_KINDS.filter((kind) => kinds.includes(kind)),
    of_failed: values.get('of') === 'failed',
  };
}

export function formatViewState(state: ViewState): string {
  const values = new URLSearchParams();
  if (state.tab !== VIEW_STATE_DEFAULT.tab) values.set('tab', state.tab);
  if (state.query !== '') values.set('q', state.query);
  if (state.outcomes.length > 0) values.set('outcome', OUTCOMES.filter((outcome) => state.outcomes.includes(outcome)).join(','));
  if (state.file !== '') values.set('file', state.file);
  if (state.kinds.length > 0) values.set('kind', ATTACHMENT_KINDS.filter((kind) => state.kinds.includes(kind)).join(','));
  if (state.of_failed) values.set('of', 'failed');
  if (state.test !== '') values.set('test', state.test);
  // Commas are allowed in a fragment and far easier to read than %2C.
  return `#${values.toString().replaceAll('%2C', ',')}`;
}
