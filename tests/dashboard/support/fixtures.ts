// What the tests stand on: the worker's open server, agents and runs of their own, a closed server, and a page that is watched.
import { expect, test as base, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatedRun } from './gated_run';
import { Process, tamarack } from './processes';

export interface RunRow {
  run_id: string;
  verdict: string;
  headline: string;
  branch: string;
}

export interface ClosedServer {
  address: string;
  /** Makes a token of this role for the project shop, or for all projects, and gives its secret. */
  token: (role: 'viewer' | 'runner' | 'admin', project?: string) => Promise<string>;
}

interface Fixtures {
  /** A folder of this test alone, outside of any repository: what travels to agents is decided by what git tracks. */
  folder: string;
  /** A name that no other test uses, for projects, agents and labels. */
  name: string;
  /** Starts an agent with the label `test=NAME`, and comes back when the server knows it; without `closed` at the worker's server. */
  startAgent: (name: string, workers?: number, closed?: { server: string; token: string }) => Promise<Process>;
  /** Starts a run for the agents of this name on the worker's server. */
  startRun: (units: readonly string[]) => Promise<GatedRun>;
  /** The runs of the shop that make_data.sh has made, by branch; of main the newer one. */
  shop: Record<string, RunRow>;
  closed: ClosedServer;
  /** Messages in the console that are expected. */
  allowed: RegExp;
  watched: void;
}

export const test = base.extend<Fixtures>({
  allowed: [/^$/, { option: true }],

  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'tamarack-dashboard-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },

  name: async ({}, use) => use(`t${randomUUID().slice(0, 8)}`),

  startAgent: async ({ folder, baseURL, request }, use) => {
    const agents: Process[] = [];
    await use(async (name, workers = 1, closed) => {
      const server = closed?.server ?? baseURL ?? '';
      const token_file = join(folder, `token-${name}`);
      if (closed !== undefined) await writeFile(token_file, closed.token, { mode: 0o600 });
      const at = ['--server', server, '--data', join(folder, `agent-${name}`), ...(closed === undefined ? [] : ['--token-file', token_file])];
      const agent = new Process(folder, ['agent', '--name', name, '-w', String(workers), '--label', `test=${name}`, ...at]);
      agents.push(agent);
      const headers: Record<string, string> = closed === undefined ? {} : { Authorization: `Bearer ${closed.token}` };
      await expect.poll(async () => (await request.get(`${server}/api/v1/agents`, { headers })).text(), { intervals: [50] }).toContain(`"${name}"`);
      return agent;
    });
    await Promise.all(agents.map((agent) => agent.stop()));
  },

  startRun: async ({ folder, baseURL, name }, use) => use((units) => GatedRun.start(folder, baseURL ?? '', name, units)),

  shop: async ({ request }, use) => {
    const { runs } = await (await request.get('/api/v1/runs?project=shop')).json() as { runs: RunRow[] };
    await use(Object.fromEntries(runs.toReversed().map((run) => [run.branch, run])));
  },

  closed: async ({ folder }, use) => {
    const data = join(folder, 'closed');
    await cp(process.env.DASHBOARD_DATA ?? '', data, { recursive: true });
    const server = new Process(folder, ['serve', '--data', data, '--listen', '127.0.0.1:0']);
    const address = await server.firstLine();
    await use({
      address,
      token: (role, project = 'shop') =>
        tamarack(folder, 'token', 'create', '--data', data, '--project', project, '--role', role, '--label', `the ${role}`),
    });
    await server.stop();
  },

  /** Whatever a test is about: no error in the console, and nothing asked of another host. */
  watched: [async ({ page, allowed }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !allowed.test(message.text())) faults.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`asked another host: ${request.url()}`);
    });
    await use();
    expect(faults).toEqual([]);
  }, { auto: true }],
});

export { expect };

/** The rows of the list on this page, without its head. */
export function rows(page: Page, table: string) {
  return page.getByRole('table', { name: table }).locator('[data-row]');
}

/** The row whose cursor the keyboard is on; -1: none. */
export async function cursor(page: Page): Promise<number> {
  return page.evaluate(() => Number(document.activeElement?.closest('[data-row]')?.getAttribute('data-row') ?? -1));
}

export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const [content_px = 0, window_px = 0] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  expect(content_px, `${page.url()} is wider than its window`).toBeLessThanOrEqual(window_px);
}
