// The server's HTTP API as functions (docs/design, "The server's HTTP API, version 1"): paths and shapes are known here and nowhere else.
import { readSession, readTokenRow, type MadeToken, type NewToken, type Session, type TokenRow } from '../model/access';
import { readAgentRow, type AgentRow, type WrittenAgent } from '../model/agent_row';
import { readJobRow, type JobRow, type WrittenJob } from '../model/job_row';
import type { RunFilter } from '../model/place';
import { readProjectRow, type ProjectRow } from '../model/project_row';
import { readTestView, type ReportView, type TestView, type Written } from '../model/report';
import { readRunRow, type RunRow } from '../model/run_row';
import {
  readSpecFigures, readTestFigures, readTestHistory, type SpecFigures, type TestFigures, type TestHistory, type TestSort, type WrittenFigures, type WrittenHistory,
} from '../model/test_history';
import { readWaitRow, type WaitRow, type WrittenWait } from '../model/wait_row';
import { formatCount } from '../text/format';
import { followChanges } from './job_events';
import { ApiProblem } from './problem';
import { readReport } from './report_source';
import type { Transport } from './transport';

/** A part of a list that is longer; `next` goes back as `before`, null at the end. */
export interface Part<Row> {
  rows: Row[];
  next: string | null;
}

export interface Api {
  session: (signal?: AbortSignal) => Promise<Session>;
  signIn: (token: string) => Promise<void>;
  signOut: () => Promise<void>;
  projects: (signal?: AbortSignal) => Promise<ProjectRow[]>;
  runs: (filter: RunFilter, limit: number, before: string | null, signal?: AbortSignal) => Promise<Part<RunRow>>;
  run: (run: string, signal?: AbortSignal) => Promise<RunRow>;
  report: (run: string, signal?: AbortSignal) => Promise<ReportView>;
  /** One test of a run with its attempts, without the report around it. */
  runTest: (run: string, test: string, signal?: AbortSignal) => Promise<TestView>;
  cancel: (run: string) => Promise<void>;
  tests: (project: string, text: string, sort: TestSort, limit: number, before: string | null, signal?: AbortSignal) => Promise<Part<TestFigures>>;
  test: (project: string, test: string, signal?: AbortSignal) => Promise<TestHistory>;
  /** All of them, however many parts the server hands them out in. */
  specs: (project: string, signal?: AbortSignal) => Promise<SpecFigures[]>;
  agents: (signal?: AbortSignal) => Promise<AgentRow[]>;
  drain: (agent: string, drain: boolean) => Promise<void>;
  tokens: (signal?: AbortSignal) => Promise<TokenRow[]>;
  makeToken: (token: NewToken) => Promise<MadeToken>;
  /** A new secret; the old one stays valid for so long. */
  rotateToken: (id: string, grace_ms: number) => Promise<MadeToken>;
  revokeToken: (id: string) => Promise<void>;
  jobs: (limit: number, before: string | null, signal?: AbortSignal) => Promise<Part<JobRow>>;
  job: (job: string, signal?: AbortSignal) => Promise<JobRow>;
  /** The id of the job that works on the file; an empty processor: the application does. */
  submitJob: (file: File, processor: string) => Promise<string>;
  cancelJob: (job: string) => Promise<void>;
  /** Calls at every step of the job until it is over or the returned function is called. */
  followJob: (job: string, changed: () => void) => () => void;
  /** `state`: empty for open ones, `over`, or `all`. */
  waits: (state: string, limit: number, before: string | null, signal?: AbortSignal) => Promise<Part<WaitRow>>;
  wait: (wait: string, signal?: AbortSignal) => Promise<WaitRow>;
  cancelWait: (wait: string) => Promise<void>;
  /** What a person says; `project` is whose mailbox it is. */
  signal: (key: string, project: string, data: object) => Promise<void>;
}

const ROOT = '/api/v1';
/** The most that the server hands out at a time. */
const PART_ROWS_MAX = 1_000;
/** No project has a hundred thousand specs; a server that never comes to the end is not asked for ever. */
const SPEC_PARTS_MAX = 100;

export function livePath(run: string): string {
  return `${ROOT}/runs/${encodeURIComponent(run)}/live`;
}

const WAIT_STATES: Record<string, string> = { over: 'false', all: '' };

export function makeApi({ get, send, sendFile }: Transport): Api {
  const run_path = (run: string): string => `${ROOT}/runs/${encodeURIComponent(run)}`;
  const job_path = (job: string): string => `${ROOT}/jobs/${encodeURIComponent(job)}`;
  const wait_path = (wait: string): string => `${ROOT}/waits/${encodeURIComponent(wait)}`;
  const project_path = (project: string): string => `${ROOT}/projects/${encodeURIComponent(project)}`;
  return {
    session: async (signal) => readSession(await get<Written<Session>>(`${ROOT}/session`, signal)),
    signIn: async (token) => {
      await send('POST', `${ROOT}/session`, { token });
    },
    signOut: async () => {
      await send('DELETE', `${ROOT}/session`);
    },
    projects: async (signal) => ((await get<{ projects?: Written<ProjectRow>[] }>(`${ROOT}/projects`, signal)).projects ?? []).map(readProjectRow),
    runs: async (filter, limit, before, signal) => {
      const answer = await get<{ runs?: Written<RunRow>[]; next?: string | null }>(`${ROOT}/runs?${query({ ...filter, limit: String(limit), before: before ?? '' })}`, signal);
      return { rows: (answer.runs ?? []).map(readRunRow), next: answer.next ?? null };
    },
    run: async (run, signal) => readRunRow(await get<Written<RunRow>>(run_path(run), signal)),
    report: async (run, signal) => {
      const source = readReport(await get<unknown>(`${run_path(run)}/report`, signal));
      if (source.kind === 'report') return source.report;
      throw new ApiProblem(0, 'This report cannot be read', source.kind === 'empty' ? 'the server sent an empty one' : source.reason);
    },
    runTest: async (run, test, signal) => readTestView((await get<{ test?: Written<TestView> }>(`${run_path(run)}/tests/${encodeURIComponent(test)}`, signal)).test ?? {}),
    cancel: async (run) => {
      await send('POST', `${run_path(run)}/cancel`, {});
    },
    tests: async (project, text, sort, limit, before, signal) => {
      const values = query({ text, sort, limit: String(limit), before: before ?? '' });
      const answer = await get<{ tests?: WrittenFigures[]; next?: string | null }>(`${project_path(project)}/tests?${values}`, signal);
      return { rows: (answer.tests ?? []).map(readTestFigures), next: answer.next ?? null };
    },
    test: async (project, test, signal) => readTestHistory(await get<WrittenHistory>(`${project_path(project)}/tests/${encodeURIComponent(test)}`, signal)),
    specs: async (project, signal) => {
      const specs: SpecFigures[] = [];
      let before = '';
      for (let part = 0; part < SPEC_PARTS_MAX; part += 1) {
        const answer = await get<{ specs?: Written<SpecFigures>[]; next?: string | null }>(`${project_path(project)}/specs?${query({ limit: String(PART_ROWS_MAX), before })}`, signal);
        specs.push(...(answer.specs ?? []).map(readSpecFigures));
        before = answer.next ?? '';
        if (before === '') return specs;
      }
      throw new ApiProblem(0, 'There are too many specs to show', `expected at most ${formatCount(SPEC_PARTS_MAX * PART_ROWS_MAX)}`);
    },
    agents: async (signal) => ((await get<{ agents?: WrittenAgent[] }>(`${ROOT}/agents`, signal)).agents ?? []).map(readAgentRow),
    drain: async (agent, drain) => {
      await send('POST', `${ROOT}/agents/${encodeURIComponent(agent)}/drain`, { drain });
    },
    tokens: async (signal) => ((await get<{ tokens?: Partial<TokenRow>[] }>(`${ROOT}/tokens`, signal)).tokens ?? []).map(readTokenRow),
    makeToken: async (token) => {
      return readMadeToken(await send<Partial<MadeToken>>('POST', `${ROOT}/tokens`, token));
    },
    rotateToken: async (id, grace_ms) => readMadeToken(await send<Partial<MadeToken>>('POST', `${ROOT}/tokens/${encodeURIComponent(id)}/rotate`, { grace_ms })),
    revokeToken: async (id) => {
      await send('DELETE', `${ROOT}/tokens/${encodeURIComponent(id)}`);
    },
    jobs: async (limit, before, signal) => {
      const answer = await get<{ jobs?: WrittenJob[]; next?: string | null }>(`${ROOT}/jobs?${query({ limit: String(limit), before: before ?? '' })}`, signal);
      return { rows: (answer.jobs ?? []).map(readJobRow), next: answer.next ?? null };
    },
    job: async (job, signal) => readJobRow(await get<WrittenJob>(job_path(job), signal)),
    submitJob: async (file, processor) => {
      const made = await sendFile<{ job_id?: string }>(`${ROOT}/process?${query({ processor, name: file.name })}`, file);
      if (made.job_id === undefined) throw new ApiProblem(0, 'The server’s answer cannot be read', 'it took a job and did not say which');
      return made.job_id;
    },
    cancelJob: async (job) => {
      await send('POST', `${job_path(job)}/cancel`, {});
    },
    followJob: (job, changed) => followChanges(`${job_path(job)}/events`, changed),
    waits: async (state, limit, before, signal) => {
      const answer = await get<{ waits?: WrittenWait[]; next?: string | null }>(`${ROOT}/waits?${query({ open: WAIT_STATES[state] ?? 'true', limit: String(limit), before: before ?? '' })}`, signal);
      return { rows: (answer.waits ?? []).map(readWaitRow), next: answer.next ?? null };
    },
    wait: async (wait, signal) => readWaitRow(await get<WrittenWait>(wait_path(wait), signal)),
    cancelWait: async (wait) => {
      await send('POST', `${wait_path(wait)}/cancel`, {});
    },
    signal: async (key, project, data) => {
      await send('POST', `${ROOT}/signals`, { key, type: 'person', data, ...(project === '' || project === '*' ? {} : { project }) });
    },
  };
}

function readMadeToken(made: Partial<MadeToken> | null): MadeToken {
  if (made?.token === undefined) throw new ApiProblem(0, 'The server’s answer cannot be read', 'it made a token without a secret');
  return { id: made.id ?? '', token: made.token, previous_ends_at: made.previous_ends_at ?? '' };
}

function query(values: Record<string, string>): string {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
}
