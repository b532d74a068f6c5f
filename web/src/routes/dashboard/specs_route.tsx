// The specs of a project, searched and sorted here: the server knows one order only, and all of them are few enough.
import { useMemo } from 'react';
import { formatPlace } from '../../model/place';
import { listSpecs, type SpecSort } from '../../model/test_history';
import { queryWords } from '../../model/test_search';
import { SearchField } from '../../ui/fields';
import { navigate, type History } from '../../ui/navigation';
import { ProjectField, SortField } from '../../views/dashboard/list_fields';
import { ProblemNote } from '../../views/dashboard/notes';
import { SpecTable } from '../../views/dashboard/spec_table';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';
import { useSearchField } from '../use_search_field';

const SORTS: readonly { value: SpecSort; label: string }[] = [
  { value: 'failed', label: 'Failing first' }, { value: 'flaky', label: 'Flaky first' }, { value: 'slow', label: 'Slow first' }, { value: 'tests', label: 'Largest first' }, { value: 'latest', label: 'Latest first' }, { value: 'name', label: 'By name' },
];

/** No server is asked. */
const PAUSE_MS = 40;

export function SpecsRoute({ api, projects, project, text, sort }: PageProps & { project: string; text: string; sort: SpecSort }): React.ReactNode {
  const change = (next: { text?: string; sort?: SpecSort; project?: string }, history: History = 'push'): void => navigate(formatPlace({ page: 'specs', project, text, sort, ...next }), history);
  const field = useSearchField(text, (typed) => change({ text: typed }, 'replace'), PAUSE_MS);
  const specs = useLoaded(`specs ${project}`, (signal) => api.specs(project, signal));
  const words = useMemo(() => queryWords(text), [text]);
  const rows = useMemo(() => listSpecs(specs.value ?? [], words, sort), [specs.value, words, sort]);
  const waiting = specs.loading && specs.value === null;
  return (
    <>
      <h1 className="visually-hidden">Specs of {project}</h1>
      <div className="toolbar" role="search" aria-label="Specs">
        <SearchField label="Search specs" placeholder="Search path" value={field.text} change={field.search} inputRef={field.inputRef} />
        <ProjectField projects={projects} project={project} change={(next) => change({ project: next })} />
        <SortField sorts={SORTS} sort={sort} change={(next) => change({ sort: next })} />
      </div>
      {specs.problem !== null && <ProblemNote title={specs.problem.title} detail={specs.problem.message} retry={specs.reload} />}
      <SpecTable project={project} specs={rows} words={words} sort={sort} chooseSort={(next) => change({ sort: next })} busy={waiting} empty={waiting ? 'Loading the specs…' : text === '' ? 'No spec of this project has run yet.' : 'No spec matches this search.'} />
    </>
  );
}
