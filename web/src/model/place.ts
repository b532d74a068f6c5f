// Where the reader is in the dashboard, as the address says it: page, filters, search and sort. Reading is lenient, writing leaves out what is
// at its default, so that links stay short. What the page of a run shows of it stands behind the # (view_state.ts).
import { SPEC_SORTS, TEST_SORTS, type SpecSort, type TestSort } from './test_history';

export interface RunFilter {
  project: string;
  branch: string;
  verdict: string;
  text: string;
}

export type Place =
  | { page: 'runs'; filter: RunFilter }
  | { page: 'run'; run: string }
  | { page: 'tests'; project: string; text: string; sort: TestSort }
  /** `run`: whose execution of the test is shown; left out: the latest that tells something. */
  | { page: 'test'; project: string; test: string; run?: string }
  | { page: 'specs'; project: string; text: string; sort: SpecSort }
  | { page: 'jobs' }
  | { page: 'job'; job: string }
  | { page: 'waits'; state: string }
  | { page: 'wait'; wait: string }
  | { page: 'agents' }
  | { page: 'tokens' }
  | { page: 'login'; back: string }
  | { page: 'unknown'; path: string };

export const NO_FILTER: RunFilter = { project: '', branch: '', verdict: '', text: '' };

export function parsePlace(path: string, search: string): Place {
  const values = new URLSearchParams(search);
  const value = (name: string): string => values.get(name) ?? '';
  const parts = path.split('/').filter((part) => part !== '').map(decode);
  const [first, second = '', third, fourth] = parts;
  if (parts.length === 0 || (first === 'runs' && parts.length === 1)) {
    return { page: 'runs', filter: { project: value('project'), branch: value('branch'), verdict: value('verdict'), text: value('text') } };
  }
  if (first === 'runs' && parts.length === 2) return { page: 'run', run: second };
  if (first === 'projects' && third === 'tests') {
    if (parts.length === 4 && fourth !== undefined) return { page: 'test', project: second, test: fourth, ...(value('run') === '' ? {} : { run: value('run') }) };
    if (parts.length === 3) return { page: 'tests', project: second, text: value('text'), sort: TEST_SORTS.find((sort) => sort === value('sort')) ?? 'flaky' };
  }
  if (first === 'projects' && third === 'specs' && parts.length === 3) {
    return { page: 'specs', project: second, text: value('text'), sort: SPEC_SORTS.find((sort) => sort === value('sort')) ?? 'failed' };
  }
  if (first === 'jobs' && parts.length === 1) return { page: 'jobs' };
  if (first === 'jobs' && parts.length === 2) return { page: 'job', job: second };
  if (first === 'waits' && parts.length === 1) return { page: 'waits', state: ['over', 'all'].find((state) => state === value('state')) ?? '' };
  if (first === 'waits' && parts.length === 2) return { page: 'wait', wait: second };
  if (first === 'agents' && parts.length === 1) return { page: 'agents' };
  if (first === 'tokens' && parts.length === 1) return { page: 'tokens' };
  if (first === 'login' && parts.length === 1) return { page: 'login', back: safeBack(value('back')) };
  return { page: 'unknown', path };
}

export function formatPlace(place: Place): string {
  switch (place.page) {
    case 'runs': return withQuery('/runs', { ...place.filter });
    case 'run': return `/runs/${encodeURIComponent(place.run)}`;
    case 'tests': return withQuery(`/projects/${encodeURIComponent(place.project)}/tests`, { text: place.text, sort: place.sort === 'flaky' ? '' : place.sort });
    case 'test': return withQuery(`/projects/${encodeURIComponent(place.project)}/tests/${encodeURIComponent(place.test)}`, { run: place.run ?? '' });
    case 'specs': return withQuery(`/projects/${encodeURIComponent(place.project)}/specs`, { text: place.text, sort: place.sort === 'failed' ? '' : place.sort });
    case 'jobs': return '/jobs';
    case 'job': return `/jobs/${encodeURIComponent(place.job)}`;
    case 'waits': return withQuery('/waits', { state: place.state });
    case 'wait': return `/waits/${encodeURIComponent(place.wait)}`;
    case 'agents': return '/agents';
    case 'tokens': return '/tokens';
    case 'login': return withQuery('/login', { back: place.back === '/' ? '' : place.back });
    case 'unknown': return place.path;
  }
}

export function runsPlace(filter: Partial<RunFilter>): string {
  return formatPlace({ page: 'runs', filter: { ...NO_FILTER, ...filter } });
}

/** One test inside the page of a run. */
export function testInRun(run: string, test: string): string {
  return `${formatPlace({ page: 'run', run })}#${new URLSearchParams({ test }).toString()}`;
}

/** Where to go after signing in: a page of this server and nothing else, whoever wrote the link. */
function safeBack(back: string): string {
  // Browsers read a backslash as a slash and drop control characters, so `/\host` would be another server.
  // eslint-disable-next-line no-control-regex
  return /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(back) && !back.startsWith('/login') ? back : '/';
}

function withQuery(path: string, values: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
  return query === '' ? path : `${path}?${query.replaceAll('%2F', '/')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
