import type { Expect, Fixtures, Page, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions, TestType } from '@playwright/test';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type Outcome = 'satisfied' | 'failed' | 'timed_out' | 'lost' | 'cancelled' | 'invalid';
export type Meaning = 'going_on' | 'satisfied' | 'failed' | 'lost' | 'cancelled';

export interface HttpProbe {
  /** Absolute, or a path: then of `use.baseURL`, else of this worker's application. */
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** A 202 names the address to look at from then on. */
  discover?: boolean;
  /** Address of a server-sent event stream that says when something has changed. */
  events?: string;
}

export interface Statement {
  path: string;
  exists?: boolean;
  equals?: Json;
  differs?: Json;
  below?: number;
  above?: number;
  contains?: Json;
}

/** One thing to wait for: exactly one of the sources. Texts may hold {places} that captures fill. */
export interface Condition {
  name?: string;
  http?: HttpProbe;
  job?: string;
  signal?: string;
  redis?: { url: string; hash?: string; key?: string; stream?: string; after?: string; notify?: boolean };
  postgres?: { url: string; query: string; channel?: string };
  rabbitmq?: { url: string; queue?: string; exchange?: string; routing_key?: string };
  file?: { path: string };
  tcp?: { address: string };
  log?: { path: string; pattern: string };
  command?: { run: string; dir?: string; env?: Record<string, string> };
  field?: string;
  map?: Record<string, Meaning>;
  error_field?: string;
  until?: Statement[];
  fail_when?: Statement[];
  capture?: Record<string, string | { path: string; type?: string }>;
  hold_times?: number;
  heartbeat_field?: string;
  lost_after_ms?: number;
  not_found_max_ms?: number;
  no_answer_max_ms?: number;
  cancel_when_dropped?: boolean;
  cancel?: HttpProbe;
}

export interface Wish {
  name?: string;
  join?: 'all' | 'any';
  /** Milliseconds; 600,000 unless told. */
  timeout_ms?: number;
  pace?: { min_ms?: number; max_ms?: number; net_ms?: number };
  conditions: Condition[];
}

export interface Answer {
  outcome: Outcome;
  message: string;
  captures: Record<string, Json>;
  notes: { at_ms: number; condition: string; what: string; text: string }[];
  /** How often somebody looked; looks are shared by all tests of this machine. */
  probes: number;
  waited_ms: number;
  last_status: string;
}

export interface PollOptions {
  /** Milliseconds until it has timed out; 180,000 unless told. */
  timeout?: number;
  /** The longest pause between two looks in milliseconds; 5,000 unless told. A push may end it earlier. */
  interval?: number;
}

export interface JobTarget {
  id?: string | number;
  job_id?: string | number;
  jobId?: string | number;
  /** Where its status stands; /api/v1/jobs/ID/status unless told. */
  url?: string;
  statusUrl?: string;
  headers?: Record<string, string>;
  field?: string;
  map?: Record<string, Meaning>;
  errorField?: string;
  events?: string;
}

export declare class TamarackWaitError extends Error {
  readonly outcome: Exclude<Outcome, 'satisfied'>;
  readonly answer: Partial<Answer>;
}

export declare class Tamarack {
  /** Whether this test runs under Tamarack. */
  readonly isPresent: boolean;
  /** Hands a value on to the phases that come after this test, and into the report. Returns it. */
  capture<T extends Json>(name: string, value: T): T;
  /** A value that an earlier phase, the run's start, or this test captured. Throws when there is none. */
  captured<T = Json>(name: string): T;
  captures(): Record<string, Json>;
  /** Waits until the wish holds. Throws a TamarackWaitError for every other outcome; Playwright's limit of the test stands still meanwhile. */
  waitFor(wish: Wish, options?: { timeout?: number }): Promise<Answer>;
  /** Waits until a job is done; returns the last answer's body. */
  awaitJob<T = Json>(target: string | JobTarget, options?: PollOptions): Promise<T>;
  /** The same by id; outside of Tamarack it polls by itself. */
  pollForJobStatus<T = Json>(id: string | number, options?: PollOptions & Omit<JobTarget, 'id'>): Promise<T>;
  /** Captures a field of the next response whose address matches. Begin it before what causes the response. */
  captureResponse<T extends Json = Json>(name: string, url: string | RegExp, jsonPath: string, page: Page): Promise<T>;
}

export interface TamarackFixtures {
  tamarack: Tamarack;
}

export declare const fixtures: Fixtures<TamarackFixtures, {}, PlaywrightTestArgs & PlaywrightTestOptions, PlaywrightWorkerArgs & PlaywrightWorkerOptions>;
/** Playwright's `test` with the fixture. */
export declare const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & TamarackFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;
export declare const expect: Expect<{}>;
