// The tests of a project as the server sorts and searches them.
import { useMemo } from 'react';
import { formatPlace } from '../../model/place';
import type { TestFigures, TestSort } from '../../model/test_history';
import { queryWords } from '../../model/test_search';
import { SearchField } from '../../ui/fields';
import { navigate, type History } from '../../ui/navigation';
import { ProblemNote } from '../../views/dashboard/notes';
import { ProjectField, SortField } from '../../views/dashboard/list_fields';
import { TestTable } from '../../views/dashboard/test_table';
import type { PageProps } from './page_props';
import type { ListOrder } from './renew_head';
import { usePages } from './use_pages';
import { useSearchField } from '../use_search_field';

const PART = 200;
/** Figures change, and the tests' places with them. */
const ORDER: ListOrder<TestFigures> = { id: (test) => test.test_id };

const SORTS: readonly { value: TestSort; label: string }[] = [
  { value: 'flaky', label: 'Flaky first' }, { value: 'failures', label: 'Failing first' }, { value: 'slow', label: 'Slow first' }, { value: 'latest', label: 'Latest first' }, { value: 'name', label: 'By name' },
];

export function TestsRoute({ api, projects, project, text, sort }: PageProps & { project: string; text: string; sort: TestSort }): React.ReactNode {
  const change = (next: { text?: string; sort?: TestSort; project?: string }, history: History = 'push'): void => navigate(formatPlace({ page: 'tests', project, text, sort, ...next }), history);
  const field = useSearchField(text, (typed) => change({ text: typed }, 'replace'));
  const pages = usePages<TestFigures>(formatPlace({ page: 'tests', project, text, sort }), (before, signal) => api.tests(project, text, sort, PART, before, signal), ORDER);
  const words = useMemo(() => queryWords(text), [text]);
  return (
    <>
      <h1 className="visually-hidden">Tests of {project}</h1>
      <div className="toolbar" role="search" aria-label="Tests">
        <SearchField label="Search tests" placeholder="Search title or path" value={field.text} change={field.search} inputRef={field.inputRef} />
        <ProjectField projects={projects} project={project} change={(next) => change({ project: next })} />
        <SortField sorts={SORTS} sort={sort} change={(next) => change({ sort: next })} />
      </div>
      {pages.problem !== null && <ProblemNote title={pages.problem.title} detail={pages.problem.message} faults={pages.problem.faults} retry={pages.reload} />}
      <TestTable
        project={project} tests={pages.rows} words={words} sort={sort} chooseSort={(next) => change({ sort: next })} loadMore={pages.loadMore} busy={pages.loading}
        empty={pages.loading ? 'Loading the tests…' : text === '' ? 'No test of this project has run yet.' : 'No test matches this search.'}
      />
    </>
  );
}
