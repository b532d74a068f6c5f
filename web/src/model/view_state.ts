// What a link to the report remembers: tab, search text, outcome filter, selected test. Reading is lenient (a link may come from
// another version of the page), writing leaves out what is at its default so that links stay short.
import { OUTCOMES, isOutcome, type Outcome } from './outcome';

export type Tab = 'tests' | 'timeline' | 'units' | 'run';

export const TABS: readonly Tab[] = ['tests', 'timeline', 'units', 'run'];

export interface ViewState {
  tab: Tab;
  query: string;
  outcomes: readonly Outcome[];
  /** Id of the selected test; empty for none. */
  test: string;
}

export const VIEW_STATE_DEFAULT: ViewState = { tab: 'tests', query: '', outcomes: [], test: '' };

export function parseViewState(hash: string): ViewState {
  const values = new URLSearchParams(hash.startsWith('#') ? hash.slice(1) : hash);
  const tab = TABS.find((name) => name === values.get('tab')) ?? VIEW_STATE_DEFAULT.tab;
  const chosen = new Set((values.get('outcome') ?? '').split(',').filter(isOutcome));
  return {
    tab,
    query: values.get('q') ?? '',
    outcomes: OUTCOMES.filter((outcome) => chosen.has(outcome)),
    test: values.get('test') ?? '',
  };
}

export function formatViewState(state: ViewState): string {
  const values = new URLSearchParams();
  if (state.tab !== VIEW_STATE_DEFAULT.tab) values.set('tab', state.tab);
  if (state.query !== '') values.set('q', state.query);
  if (state.outcomes.length > 0) values.set('outcome', OUTCOMES.filter((outcome) => state.outcomes.includes(outcome)).join(','));
  if (state.test !== '') values.set('test', state.test);
  // Commas are allowed in a fragment and far easier to read than %2C.
  return `#${values.toString().replaceAll('%2C', ',')}`;
}
