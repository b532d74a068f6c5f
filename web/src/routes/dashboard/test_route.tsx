// One test of a project, and what one of its executions left behind.
import { useEffect, useMemo } from 'react';
import { chosenRun } from '../../model/test_history';
import { baseName } from '../../text/format';
import { ProblemNote } from '../../views/dashboard/notes';
import { TestEvidence } from '../../views/dashboard/test_evidence';
import { TestPage } from '../../views/dashboard/test_page';
import { PlacesProvider, servedPlaces } from '../../views/places';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

export function TestRoute({ api, project, test, run }: PageProps & { project: string; test: string; run: string }): React.ReactNode {
  const history = useLoaded(`test ${project} ${test}`, (signal) => api.test(project, test, signal));
  const title = history.value === null ? '' : history.value.title_path.at(-1) ?? baseName(history.value.spec);
  const chosen = history.value === null ? '' : chosenRun(history.value.executions, run);
  const left = useLoaded(chosen === '' ? '' : `left ${chosen} ${test}`, (signal) => api.runTest(chosen, test, signal));
  const places = useMemo(() => servedPlaces(window.location.origin, project), [project]);
  useEffect(() => {
    if (title !== '') document.title = `${title} · ${project} · Tamarack`;
  }, [title, project]);
  if (history.problem !== null && history.value === null) {
    return <ProblemNote title={history.problem.status === 404 ? 'There is no such test' : history.problem.title} detail={history.problem.message} retry={history.reload} />;
  }
  if (history.value === null) return <p className="data-empty" role="status">Loading the test…</p>;
  const evidence = chosen !== '' && <TestEvidence project={project} test={test} executions={history.value.executions} run={chosen} left={left.value} problem={left.problem} retry={left.reload} />;
  return <PlacesProvider value={places}><TestPage project={project} history={history.value} run={chosen} evidence={evidence} /></PlacesProvider>;
}
