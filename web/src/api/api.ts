// The server's HTTP API as functions (docs/design, "The server's HTTP API, version 1"): paths and shapes are known here and nowhere else.
import { readSession, readTokenRow, type MadeToken, type NewToken, type Session, type TokenRow } from '../model/access';
import { readAgentRow, type AgentRow, type WrittenAgent } from '../model/agent_row';
import type { RunFilter } from '../model/place';
import { readProjectRow, type ProjectRow } from '../model/project_row';
import type { ReportView, Written } from '../model/report';
import { readRunRow, type RunRow } from '../model/run_row';
import {
  readSpecFigures, readTestFigures, readTestHistory, type SpecFigures, type TestFigures, type TestHistory, type TestSort, type WrittenFigures, type WrittenHistory,
} from '../model/test_history';
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
  cancel: (run: string) => Promise<void>;
  tests: (project: string, text: string, sort: TestSort, limit: number, before: string | null, signal?: AbortSignal) => Promise<Part<TestFigures>>;
  test: (project: string, test: string, signal?: AbortSignal) => Promise<TestHistory>;
  specs: (project: string, signal?: AbortSignal) => Promise<SpecFigures[]>;
  agents: (signal?: AbortSignal) => Promise<AgentRow[]>;
  drain: (agent: string, drain: boolean) => Promise<void>;
  tokens: (signal?: AbortSignal) => Promise<TokenRow[]>;
  makeToken: (token: NewToken) => Promise<MadeToken>;
  revokeToken: (id: string) => Promise<void>;
}

const ROOT = '/api/v1';

export function livePath(run: string): string {
  return `${ROOT}/runs/${encodeURIComponent(run)}/live`;
}

export function makeApi({ get, send }: Transport): Api {
  const run_path = (run: string): string => `${ROOT}/runs/${encodeURIComponent(run)}`;
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
    cancel: async (run) => {
      await send('POST', `${run_path(run)}/cancel`, {});
    },
    tests: async (project, text, sort, limit, before, signal) => {
      const values = query({ text, sort, limit: String(limit), before: before ?? '' });
      const answer = await get<{ tests?: WrittenFigures[]; next?: string | null }>(`${project_path(project)}/tests?${values}`, signal);
      return { rows: (answer.tests ?? []).map(readTestFigures), next: answer.next ?? null };
    },
    test: async (project, test, signal) => readTestHistory(await get<WrittenHistory>(`${project_path(project)}/tests/${encodeURIComponent(test)}`, signal)),
    specs: async (project, signal) => ((await get<{ specs?: Written<SpecFigures>[] }>(`${project_path(project)}/specs`, signal)).specs ?? []).map(readSpecFigures),
    agents: async (signal) => ((await get<{ agents?: WrittenAgent[] }>(`${ROOT}/agents`, signal)).agents ?? []).map(readAgentRow),
    drain: async (agent, drain) => {
      await send('POST', `${ROOT}/agents/${encodeURIComponent(agent)}/drain`, { drain });
    },
    tokens: async (signal) => ((await get<{ tokens?: Partial<TokenRow>[] }>(`${ROOT}/tokens`, signal)).tokens ?? []).map(readTokenRow),
    makeToken: async (token) => {
      const made = await send<Partial<MadeToken>>('POST', `${ROOT}/tokens`, token);
      if (made?.token === undefined) throw new ApiProblem(0, 'The server’s answer cannot be read', 'it made a token without a secret');
      return { id: made.id ?? '', token: made.token };
    },
    revokeToken: async (id) => {
      await send('DELETE', `${ROOT}/tokens/${encodeURIComponent(id)}`);
    },
  };
}

function query(values: Record<string, string>): string {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
}
