// One test of a project.
import { useEffect } from 'react';
import { baseName } from '../../text/format';
import { ProblemNote } from '../../views/dashboard/notes';
import { TestPage } from '../../views/dashboard/test_page';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

export function TestRoute({ api, project, test }: PageProps & { project: string; test: string }): React.ReactNode {
  const history = useLoaded(`test ${project} ${test}`, (signal) => api.test(project, test, signal));
  const title = history.value === null ? '' : history.value.title_path.at(-1) ?? baseName(history.value.spec);
  useEffect(() => {
    if (title !== '') document.title = `${title} · ${project} · Tamarack`;
  }, [title, project]);
  if (history.problem !== null && history.value === null) {
    return <ProblemNote title={history.problem.status === 404 ? 'There is no such test' : history.problem.title} detail={history.problem.message} retry={history.reload} />;
  }
  return history.value === null ? <p className="data-empty" role="status">Loading the test…</p> : <TestPage project={project} history={history.value} />;
}
