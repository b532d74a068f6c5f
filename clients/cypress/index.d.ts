/// <reference types="cypress" />

declare global {
  namespace Cypress {
    interface TamarackPollOptions {
      /** Milliseconds until it has timed out; 180,000 unless told. */
      timeout?: number;
      /** The longest pause between two looks in milliseconds; 5,000 unless told. */
      interval?: number;
    }
    interface TamarackJob {
      id?: string | number;
      job_id?: string | number;
      jobId?: string | number;
      /** Where its status stands; /api/v1/jobs/ID/status unless told. */
      url?: string;
      statusUrl?: string;
      headers?: Record<string, string>;
      field?: string;
      map?: Record<string, 'going_on' | 'satisfied' | 'failed' | 'lost' | 'cancelled'>;
      errorField?: string;
    }
    interface Chainable {
      /** Waits until the job has completed; yields the last answer's body. Fails at once with the backend's own words. Polls by itself outside of Tamarack. */
      pollForJobStatus(id: string | number, options?: TamarackPollOptions & Omit<TamarackJob, 'id'>): Chainable<any>;
      /** The same by address or id; only under Tamarack. */
      awaitJob(target: string | TamarackJob, options?: TamarackPollOptions): Chainable<any>;
      /** Waits until a wish holds (docs/design/2026-11-22-wait-wish.md); yields the agent's answer. */
      waitForWish(wish: object, options?: { timeout?: number }): Chainable<any>;
      /** Hands a value on to the phases that come after this test, and into the report; yields it. */
      capture<T>(name: string, value: T): Chainable<T>;
      /** Yields a value that an earlier phase, the run's start, or this test captured. */
      captured(name: string): Chainable<any>;
    }
  }
}

export {};
