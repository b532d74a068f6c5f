// The server's API: types, and one function for every call. Errors become ApiError with the server's own words.
export const final_statuses = ['COMPLETED', 'FAILED', 'CANCELLED', 'LOST'] as const;
export type FinalStatus = (typeof final_statuses)[number];
export type Status = 'PENDING' | 'QUEUED' | 'INITIALIZING' | 'RUNNING' | FinalStatus;

export interface Column {
  name: string;
  kind: 'number' | 'text';
  count: number;
  distinct: number;
  min?: number;
  max?: number;
  mean?: number;
}

export interface Job {
  job_id: string;
  status: Status;
  stage: string | null;
  progress: number;
  file_name: string;
  worker: string | null;
  attempt: number;
  cancel_requested: boolean;
  created_at: string;
  started_at: string | null;
  heartbeat_at: string | null;
  ended_at: string | null;
  result: { file_name: string; rows: number; columns: Column[] } | null;
  error: string | null;
}

export const is_final = (job: Job) => (final_statuses as readonly string[]).includes(job.status);

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function call<T>(method: string, path: string, body?: FormData): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { method, body });
  } catch {
    throw new ApiError(0, 'The server cannot be reached.');
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw new ApiError(response.status, answer?.error?.message ?? `The server answered ${response.status}.`);
}

const job_path = (job_id: string, rest: string) => `/api/v1/jobs/${encodeURIComponent(job_id)}/${rest}`;

export function submit_file(file: File): Promise<{ job_id: string }> {
  const form = new FormData();
  form.append('file', file);
  return call('POST', '/api/v1/process', form);
}

export const read_job = (job_id: string) => call<Job>('GET', job_path(job_id, 'status'));
export const cancel_job = (job_id: string) => call<Job>('POST', job_path(job_id, 'cancel'));
export const events_address = (job_id: string) => job_path(job_id, 'events');
