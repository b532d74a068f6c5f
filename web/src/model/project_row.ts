// A project as the server lists them.
import type { Written } from './report';

export interface ProjectRow {
  project: string;
  runs: number;
  last_run_id: string;
  last_verdict: string;
  /** ISO 8601. */
  last_started_at: string;
}

export function readProjectRow(from: Written<ProjectRow>): ProjectRow {
  return { project: from.project ?? '', runs: from.runs ?? 0, last_run_id: from.last_run_id ?? '', last_verdict: from.last_verdict ?? '', last_started_at: from.last_started_at ?? '' };
}
