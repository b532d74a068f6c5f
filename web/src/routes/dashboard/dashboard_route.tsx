// The frame of the dashboard: who the reader is, which page the address names, the way between them.
import { ConfigProvider } from 'antd';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Api } from '../../api/api';
import { reaches, type Session } from '../../model/access';
import { formatPlace, parsePlace, type Place } from '../../model/place';
import type { ProjectRow } from '../../model/project_row';
import { navigate, useAddress } from '../../ui/navigation';
import { useAntdTheme, useTheme } from '../../ui/theme';
import { ThemeSwitch } from '../../ui/theme_switch';
import { useShortcuts } from '../../ui/use_shortcuts';
import { HelpDialog, ProblemNote } from '../../views/dashboard/notes';
import { TopNav, type NavItem } from '../../views/dashboard/top_nav';
import { AgentsRoute } from './agents_route';
import { JobRoute } from './job_route';
import { JobsRoute } from './jobs_route';
import { LoginRoute } from './login_route';
import type { PageProps } from './page_props';
import { RunRoute } from './run_route';
import { RunsRoute } from './runs_route';
import { SpecsRoute } from './specs_route';
import { TestRoute } from './test_route';
import { TestsRoute } from './tests_route';
import { TokensRoute } from './tokens_route';
import { WaitRoute } from './wait_route';
import { WaitsRoute } from './waits_route';
import { forgetAll, useLoaded } from './use_loaded';
import './dashboard_route.css';

const NO_PROJECTS: readonly ProjectRow[] = [];
const TITLES: Record<Place['page'], string> = { runs: 'Runs', run: 'Run', tests: 'Tests', test: 'Test', specs: 'Specs', jobs: 'Jobs', job: 'Job', waits: 'Waits', wait: 'Wait', agents: 'Agents', tokens: 'Tokens', login: 'Sign in', unknown: 'No such page' };
/** Within this time a second key belongs to the first. */
const CHORD_MS = 1_500;

/** Where a 401 leads: to the page of signing in, and from there back. */
export function leaveForLogin(): void {
  const { pathname, search, hash } = window.location;
  if (pathname !== '/login') navigate(formatPlace({ page: 'login', back: pathname + search + hash }), 'replace');
}

export function DashboardRoute({ api }: { api: Api }): React.ReactNode {
  const { choice, dark, choose } = useTheme();
  const theme = useAntdTheme(dark);
  const { path, search } = useAddress();
  const place = parsePlace(path, search);
  const session = useLoaded('session', (signal) => api.session(signal));
  const [help, setHelp] = useState(false);
  const [news, setNews] = useState('');
  const content = useRef<HTMLElement>(null);
  const projects = useLoaded('projects', (signal) => api.projects(signal));
  const project = useProject(projects.value ?? NO_PROJECTS, place);
  const items = navItems(place, project, session.value);
  useShortcuts({ '?': () => setHelp(true) });
  useGoKeys(items);
  // For every address anew, and before the effects of its page, which may know a better name at once.
  useLayoutEffect(() => {
    document.title = `${TITLES[place.page]} · Tamarack`;
  }, [path, place.page]);
  const first = useRef(true);
  useEffect(() => {
    // Who moves to another page by keyboard or hears it goes on from its beginning.
    if (!first.current) content.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  const back = place.page === 'login' ? place.back : '/';
  const { reload } = session;
  const { reload: reloadProjects } = projects;
  const enter = useCallback(() => {
    forgetAll();
    reload();
    reloadProjects();
    navigate(back, 'replace');
  }, [back, reload, reloadProjects]);
  const signOut = (): void => {
    api.signOut().catch(() => undefined).finally(() => {
      forgetAll();
      navigate('/login');
    });
  };
  const known = session.value;
  const props: PageProps = { api, session: known, projects: projects.value ?? NO_PROJECTS, dark, announce: setNews };
  const switches = <ThemeSwitch choice={choice} choose={choose} />;
  return (
    <ConfigProvider theme={theme}>
      <>
        {place.page === 'login' ? <main><div className="login-switch">{switches}</div><LoginRoute api={api} enter={enter} /></main> : (
          <>
            <TopNav items={items} name={known === null || known.open ? '' : known.name} role={known?.role ?? ''} signOut={known === null || known.open ? null : signOut} help={() => setHelp(true)}>{switches}</TopNav>
            <main ref={content} id="content" tabIndex={-1} className={place.page === 'run' ? 'page-run' : 'page-column page'}>
              <Content key={path} place={place} {...props} />
            </main>
          </>
        )}
        {help && <HelpDialog close={() => setHelp(false)} />}
        <p className="visually-hidden" role="status" aria-live="polite">{news}</p>
      </>
    </ConfigProvider>
  );
}

function Content({ place, ...props }: PageProps & { place: Place }): React.ReactNode {
  switch (place.page) {
    case 'runs': return <RunsRoute {...props} filter={place.filter} />;
    case 'run': return <RunRoute {...props} run={place.run} />;
    case 'tests': return <TestsRoute {...props} project={place.project} text={place.text} sort={place.sort} />;
    case 'test': return <TestRoute {...props} project={place.project} test={place.test} run={place.run ?? ''} />;
    case 'specs': return <SpecsRoute {...props} project={place.project} text={place.text} sort={place.sort} />;
    case 'jobs': return <JobsRoute {...props} />;
    case 'job': return <JobRoute {...props} job={place.job} />;
    case 'waits': return <WaitsRoute {...props} state={place.state} />;
    case 'wait': return <WaitRoute {...props} wait={place.wait} />;
    case 'agents': return <AgentsRoute {...props} />;
    case 'tokens': return <TokensRoute {...props} />;
    case 'login': return null;
    case 'unknown': return <ProblemNote title="There is no such page" detail={`Nothing is at '${place.path}'.`} />;
  }
}

/** The project the links to tests and specs lead to: that of the page, the one seen last, or the first there is. */
function useProject(projects: readonly ProjectRow[], place: Place): string {
  const [seen, setSeen] = useState('');
  const here = 'project' in place ? place.project : place.page === 'runs' ? place.filter.project : '';
  if (here !== '' && here !== seen) setSeen(here);
  return here !== '' ? here : seen !== '' ? seen : projects[0]?.project ?? '';
}

function navItems(place: Place, project: string, session: Session | null): NavItem[] {
  const { page } = place;
  const admin = session !== null && reaches(session.role, 'admin');
  return [
    { label: 'Runs', to: '/runs', here: page === 'runs' || page === 'run' },
    ...(project === '' ? [] : [
      { label: 'Tests', to: formatPlace({ page: 'tests', project, text: '', sort: 'flaky' }), here: page === 'tests' || page === 'test' },
      { label: 'Specs', to: formatPlace({ page: 'specs', project, text: '', sort: 'failed' }), here: page === 'specs' },
    ]),
    { label: 'Waits', to: '/waits', here: page === 'waits' || page === 'wait' },
    { label: 'Jobs', to: '/jobs', here: page === 'jobs' || page === 'job' },
    { label: 'Agents', to: '/agents', here: page === 'agents' },
    ...(admin || page === 'tokens' ? [{ label: 'Tokens', to: '/tokens', here: page === 'tokens' }] : []),
  ];
}

/** g, then the first letter of a page. */
function useGoKeys(items: readonly NavItem[]): void {
  const began = useRef(0);
  const go = (letter: string): void => {
    if (Date.now() - began.current > CHORD_MS) return;
    began.current = 0;
    const item = items.find((one) => one.label.toLowerCase().startsWith(letter));
    if (item !== undefined) navigate(item.to);
  };
  useShortcuts({
    g: () => {
      began.current = Date.now();
    },
    r: () => go('r'), t: () => go('t'), s: () => go('s'), w: () => go('w'), o: () => go('j'), a: () => go('a'),
  });
}
