import type { Api } from '../../api/api';
import type { Session } from '../../model/access';

/** What every page of the dashboard is given. */
export interface PageProps {
  api: Api;
  /** Null until the server has said who the reader is. */
  session: Session | null;
  dark: boolean;
  /** Says a sentence to who cannot see the page change. */
  announce: (sentence: string) => void;
}
