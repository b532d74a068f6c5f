// What the history knows of tests and specs: figures over many runs, and the latest executions of one test.
import { stripAnsi } from '../text/ansi';
import type { Written } from './report';

export interface Quarantine {
  owner: string;
  reason: string;
  /** ISO 8601; empty: it does not end by itself. */
  expires_at: string;
}

export interface TestFigures {
  test_id: string;
  spec: string;
  title_path: string[];
  parameters: string;
  runs: number;
  passed: number;
  failed: number;
  flaky: number;
  /** Rates are 0 to 1, over the executions that count. */
  failure_rate: number;
  flip_rate: number;
  flaky_rate: number;
  p50_ms: number;
  p95_ms: number;
  /** The p50 of the newer half ÷ that of the older half; 0: unknown. */
  trend: number;
  last_outcome: string;
  last_run_id: string;
  /** ISO 8601. */
  last_at: string;
  quarantine: Quarantine | null;
}

export interface Execution {
  run_id: string;
  /** ISO 8601. */
  at: string;
  branch: string;
  commit: string;
  outcome: string;
  duration_ms: number;
  attempts: number;
  error: string;
  /** False: part of a mass failure, which says nothing about the test. */
  counted: boolean;
}

export interface TestHistory extends TestFigures {
  /** Newest first. */
  executions: Execution[];
}

export interface SpecFigures {
  spec: string;
  tests: number;
  runs: number;
  failed: number;
  flaky: number;
  p50_ms: number;
  last_outcome: string;
  /** ISO 8601. */
  last_at: string;
}

/** As it comes over the wire, where what holds its default may be left out. */
export interface WrittenFigures extends Written<Omit<TestFigures, 'quarantine'>> {
  quarantine?: Written<Quarantine> | null;
}

export interface WrittenHistory extends WrittenFigures {
  executions?: Written<Execution>[];
}

export function readTestFigures(from: WrittenFigures): TestFigures {
  const { quarantine } = from;
  return {
    test_id: from.test_id ?? '', spec: from.spec ?? '', title_path: from.title_path ?? [], parameters: from.parameters ?? '', runs: from.runs ?? 0,
    passed: from.passed ?? 0, failed: from.failed ?? 0, flaky: from.flaky ?? 0, failure_rate: from.failure_rate ?? 0, flip_rate: from.flip_rate ?? 0,
    flaky_rate: from.flaky_rate ?? 0, p50_ms: from.p50_ms ?? 0, p95_ms: from.p95_ms ?? 0, trend: from.trend ?? 0, last_outcome: from.last_outcome ?? '',
    last_run_id: from.last_run_id ?? '', last_at: from.last_at ?? '',
    quarantine: quarantine === null || quarantine === undefined ? null : { owner: quarantine.owner ?? '', reason: quarantine.reason ?? '', expires_at: quarantine.expires_at ?? '' },
  };
}

export function readTestHistory(from: WrittenHistory): TestHistory {
  return { ...readTestFigures(from), executions: (from.executions ?? []).map(readExecution) };
}

export function readExecution(from: Written<Execution>): Execution {
  return {
    run_id: from.run_id ?? '', at: from.at ?? '', branch: from.branch ?? '', commit: from.commit ?? '', outcome: from.outcome ?? '', duration_ms: from.duration_ms ?? 0,
    attempts: from.attempts ?? 0, error: from.error ?? '', counted: from.counted ?? true,
  };
}

export function readSpecFigures(from: Written<SpecFigures>): SpecFigures {
  return {
    spec: from.spec ?? '', tests: from.tests ?? 0, runs: from.runs ?? 0, failed: from.failed ?? 0, flaky: from.flaky ?? 0, p50_ms: from.p50_ms ?? 0,
    last_outcome: from.last_outcome ?? '', last_at: from.last_at ?? '',
  };
}

/** Words of the ledger that tell of trouble and of a test that ran: it left something behind. */
const TELLING = new Set(['failed', 'timed_out', 'flaky', 'lost']);

/** The latest executions that did not simply pass, newest first. */
export function troubles(executions: readonly Execution[], count_max: number): Execution[] {
  return executions.filter((one) => TELLING.has(one.outcome)).slice(0, count_max);
}

/** The run whose execution is looked at: the one asked for, else the latest with trouble, else the latest; empty: there is none. */
export function chosenRun(executions: readonly Execution[], asked: string): string {
  return asked !== '' ? asked : (troubles(executions, 1)[0] ?? executions[0])?.run_id ?? '';
}

export interface ErrorGroup {
  /** First line of the error, without colours. */
  message: string;
  count: number;
  /** The latest execution with this error. */
  latest: Execution;
}

/** Executions that failed in the same words, the most frequent words first. */
export function errorGroups(executions: readonly Execution[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  for (const execution of executions) {
    if (execution.error === '') continue;
    const message = stripAnsi(execution.error).trimStart().split('\n', 1)[0] ?? '';
    const group = groups.get(message);
    if (group === undefined) groups.set(message, { message, count: 1, latest: execution });
    else group.count += 1;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

export type TestSort = 'flaky' | 'failures' | 'slow' | 'name' | 'latest';

export const TEST_SORTS: readonly TestSort[] = ['flaky', 'failures', 'slow', 'name', 'latest'];

export type SpecSort = 'failed' | 'flaky' | 'slow' | 'tests' | 'name' | 'latest';

export const SPEC_SORTS: readonly SpecSort[] = ['failed', 'flaky', 'slow', 'tests', 'name', 'latest'];

const SPEC_ORDERS: Record<SpecSort, (a: SpecFigures, b: SpecFigures) => number> = {
  failed: (a, b) => b.failed - a.failed || b.flaky - a.flaky,
  flaky: (a, b) => b.flaky - a.flaky || b.failed - a.failed,
  slow: (a, b) => b.p50_ms - a.p50_ms,
  tests: (a, b) => b.tests - a.tests,
  name: () => 0,
  latest: (a, b) => b.last_at.localeCompare(a.last_at),
};

/** Specs that hold all words, in the order asked for; those that are equal in it stand by name. */
export function listSpecs(specs: readonly SpecFigures[], words: readonly string[], sort: SpecSort): SpecFigures[] {
  const found = specs.filter(({ spec }) => words.every((word) => spec.toLowerCase().includes(word)));
  return found.sort((a, b) => SPEC_ORDERS[sort](a, b) || a.spec.localeCompare(b.spec));
}
