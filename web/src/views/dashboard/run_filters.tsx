// What the list of runs is narrowed by.
import { VERDICTS, verdictLabel } from '../../model/outcome';
import type { RunFilter } from '../../model/place';
import { SearchField, SelectField, SuggestField } from '../../ui/fields';

interface RunFiltersProps {
  filter: RunFilter;
  /** The text as it is typed, before it is asked for. */
  text: string;
  search: (text: string) => void;
  branch: string;
  typeBranch: (branch: string) => void;
  change: (filter: Partial<RunFilter>) => void;
  projects: readonly string[];
  branches: readonly string[];
  inputRef: React.Ref<HTMLInputElement>;
}

export function RunFilters({ filter, text, search, branch, typeBranch, change, projects, branches, inputRef }: RunFiltersProps): React.ReactNode {
  return (
    <div className="toolbar" role="search" aria-label="Runs">
      <SearchField label="Search runs" placeholder="Search headline, run, commit" value={text} change={search} inputRef={inputRef} />
      <SelectField label="Project" value={filter.project} change={(project) => change({ project })} choices={[{ value: '', label: 'All projects' }, ...projects.map((project) => ({ value: project, label: project }))]} />
      <SuggestField label="Branch" placeholder="Branch" value={branch} change={typeBranch} suggestions={branches} />
      <SelectField label="Verdict" value={filter.verdict} change={(verdict) => change({ verdict })} choices={[{ value: '', label: 'Any verdict' }, ...VERDICTS.map((verdict) => ({ value: verdict, label: verdictLabel(verdict) }))]} />
    </div>
  );
}
