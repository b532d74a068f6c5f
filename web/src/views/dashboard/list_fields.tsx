// Fields that several lists share.
import type { ProjectRow } from '../../model/project_row';
import { SelectField } from '../../ui/fields';

interface ProjectFieldProps {
  projects: readonly ProjectRow[];
  project: string;
  change: (project: string) => void;
}

export function ProjectField({ projects, project, change }: ProjectFieldProps): React.ReactNode {
  return <SelectField label="Project" value={project} change={change} choices={projects.map((one) => ({ value: one.project, label: one.project }))} />;
}

interface SortFieldProps<Sort extends string> {
  sorts: readonly { value: Sort; label: string }[];
  sort: Sort;
  change: (sort: Sort) => void;
}

/** On a phone the heads of the columns are not seen, so the order has a field of its own. */
export function SortField<Sort extends string>({ sorts, sort, change }: SortFieldProps<Sort>): React.ReactNode {
  return (
    <SelectField
      label="Order" value={sort} choices={sorts} change={(value) => {
        const chosen = sorts.find((one) => one.value === value);
        if (chosen !== undefined) change(chosen.value);
      }}
    />
  );
}
