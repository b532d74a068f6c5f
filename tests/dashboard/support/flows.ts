// Jobs and waits of a test, made over the API as an application or a CI job would make them.
import { expect, type APIRequestContext } from '@playwright/test';

export interface Job {
  job_id: string;
  status: string;
  error?: string;
  reason?: string;
}

export interface Wait {
  wait_id: string;
  state: string;
  outcome?: string;
  message?: string;
  captures: Record<string, unknown>;
}

export interface Report {
  status?: 'INITIALIZING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  stage?: string;
  progress?: number;
  executor?: string;
  result?: unknown;
  error?: string;
}

export class Flows {
  /** Without a token: at an open server. */
  constructor(private readonly request: APIRequestContext, private readonly server: string, private readonly token = '') {}

  /** Gives the job's id. */
  async submit(kind: string, more: object = {}): Promise<string> {
    return (await this.post<Job>('jobs', { kind, ...more })).job_id;
  }

  async report(job: string, report: Report): Promise<void> {
    await this.post(`jobs/${job}/report`, report);
  }

  job(job: string): Promise<Job> {
    return this.get(`jobs/${job}`);
  }

  /** A wait for a person's decision about `key`; gives the wait's id. What the person writes is captured as `comment`. */
  async askPerson(name: string, key: string, more: object = {}): Promise<string> {
    const condition = {
      name: 'approval', signal: key, field: '$.decision', map: { approved: 'satisfied', rejected: 'failed' }, error_field: '$.comment',
      capture: { comment: '$.comment' },
    };
    return this.park({ name, owner: 'ci job 4711', timeout_ms: 600_000, conditions: [condition], ...more });
  }

  async park(wish: object): Promise<string> {
    return (await this.post<Wait>('waits', wish)).wait_id;
  }

  async signal(key: string, data: object): Promise<void> {
    await this.post('signals', { key, data });
  }

  wait(wait: string): Promise<Wait> {
    return this.get(`waits/${wait}`);
  }

  /** Comes back when the wait is over, with what came of it. */
  async ended(wait: string): Promise<Wait> {
    await expect.poll(async () => (await this.wait(wait)).state, { intervals: [50] }).toBe('over');
    return this.wait(wait);
  }

  private headers(): Record<string, string> {
    return this.token === '' ? {} : { Authorization: `Bearer ${this.token}` };
  }

  private async get<Answer>(path: string): Promise<Answer> {
    const answer = await this.request.get(`${this.server}/api/v1/${path}`, { headers: this.headers() });
    expect(answer.ok(), `GET ${path}: ${await answer.text()}`).toBe(true);
    return await answer.json() as Answer;
  }

  private async post<Answer>(path: string, data: object): Promise<Answer> {
    const answer = await this.request.post(`${this.server}/api/v1/${path}`, { data, headers: this.headers() });
    const text = await answer.text();
    expect(answer.ok(), `POST ${path}: ${text}`).toBe(true);
    return (text === '' ? {} : JSON.parse(text)) as Answer;
  }
}
