import type { Api } from '../../api/api';
import type { Session } from '../../model/access';
import type { ProjectRow } from '../../model/project_row';

/** What every page of the dashboard is given. */
export interface PageProps {
  api: Api;
  /** Null until the server has said who the reader is. */
  session: Session | null;
  projects: readonly ProjectRow[];
  dark: boolean;
  /** Says a sentence to who cannot see the page change. */
  announce: (sentence: string) => void;
}
