// @vitest-environment node
// The stand-in and the page's API client understand each other, and the live run is the same account at every instant.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApi } from '../src/api/api.ts';
import { readPatch } from '../src/api/live_events.ts';
import { makeTransport } from '../src/api/transport.ts';
import { ledgerFault, ledgerSum, pendingCount } from '../src/model/ledger.ts';
import { applyPatch, startLive } from '../src/model/live_run.ts';
import { NO_FILTER } from '../src/model/place.ts';
import { startStandIn } from './stand_in_server.mjs';

/** So many that their specs do not fit into the first part. */
const TESTS = 440;
let stand_in;
let closed;
let signed_out = 0;
const client = (server, cookie = '') => makeApi(makeTransport((path, init) => fetch(server.address + path, { ...init, headers: { ...init.headers, Cookie: cookie } }), () => (signed_out += 1)));
let api;

beforeAll(async () => {
  stand_in = await startStandIn({ tests: TESTS, runs: 30, clock: false, live_tests: 64 });
  closed = await startStandIn({ tests: 8, runs: 2, clock: false, open: false });
  api = client(stand_in);
});
afterAll(async () => {
  await stand_in.close();
  await closed.close();
});

describe('the stand-in', () => {
  it('hands out every run once, part by part', async () => {
    const ids = [];
    let before = null;
    do {
      const part = await api.runs(NO_FILTER, 7, before);
      ids.push(...part.rows.map((run) => run.run_id));
      before = part.next;
    } while (before !== null);
    expect(ids).toHaveLength(31);
    expect(new Set(ids).size).toBe(31);
  });
  it('filters as asked', async () => {
    const { rows } = await api.runs({ ...NO_FILTER, project: 'storefront', verdict: 'passed' }, 100, null);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((run) => run.project === 'storefront' && run.verdict === 'passed')).toBe(true);
  });
  it('has reports whose ledger adds up, whatever the verdict', async () => {
    const { rows } = await api.runs(NO_FILTER, 100, null);
    for (const row of rows) {
      const report = await api.report(row.run_id);
      const pending = pendingCount(report.tests);
      expect([row.run_id, ledgerFault(report.ledger, report.run.planned, report.tests.length, pending)]).toEqual([row.run_id, null]);
      expect(ledgerSum(row.ledger) + row.pending).toBe(row.planned);
    }
  });
  it('has a run that took over verdicts of the one before', async () => {
    const { row } = stand_in.world.runs.find((one) => one.run.carried_from !== undefined);
    const { run, tests } = await api.report(row.run_id);
    const carried = tests.filter((test) => test.carried_from !== '');
    expect(carried.length).toBeGreaterThan(0);
    expect(carried.every((test) => test.attempts.length === 0)).toBe(true);
    expect((await api.report(carried[0].carried_from)).run.project).toBe(run.project);
  });
  it('tells a run patch by patch to the same end as its report', async () => {
    const run = stand_in.live();
    run.advance(1_000);
    let live = startLive(await api.report(run.row.run_id), run.seq, pendingCount((await api.report(run.row.run_id)).tests));
    while (!run.ended) {
      run.advance(700);
      live = applyPatch(live, readPatch(JSON.stringify(run.patches.at(-1))));
      expect(ledgerFault(live.report.ledger, live.report.run.planned, live.report.tests.length, live.pending)).toBeNull();
      expect(pendingCount(live.report.tests)).toBe(live.pending);
    }
    const report = await api.report(run.row.run_id);
    expect(live.report.tests.map((test) => test.outcome)).toEqual(report.tests.map((test) => test.outcome));
    expect(live.report.run.verdict).toBe(report.run.verdict);
  });
  it('searches and sorts tests, and knows each of them', async () => {
    const { rows } = await api.tests('storefront', 'cart', 'slow', 50, null);
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.every((test) => test.spec.includes('cart'))).toBe(true);
    expect(rows.map((test) => test.p95_ms)).toEqual(rows.map((test) => test.p95_ms).sort((a, b) => b - a));
    const history = await api.test('storefront', rows[0].test_id);
    expect(history.executions.length).toBeGreaterThan(10);
    for (const execution of history.executions.slice(0, 12)) {
      const left = await api.runTest(execution.run_id, history.test_id);
      expect([left.id, left.outcome]).toEqual([history.test_id, execution.outcome]);
      if (execution.outcome === 'failed') expect(left.attempts[0].attachments.length).toBeGreaterThan(1);
    }
    await expect(api.runTest(history.executions[0].run_id, 'nobody')).rejects.toMatchObject({ status: 404 });
  });
  it('hands out specs, jobs and waits in parts, as the server does', async () => {
    const { specs, next } = await (await fetch(`${stand_in.address}/api/v1/projects/storefront/specs`)).json();
    expect([specs.length, next]).toEqual([50, `spec~${specs.at(-1).spec}`]);
    const all = await api.specs('storefront');
    expect(all.length).toBeGreaterThan(50);
    expect([new Set(all.map((one) => one.spec)).size, all.reduce((sum, one) => sum + one.tests, 0)]).toEqual([all.length, TESTS]);
    const first = await api.waits('', 2, null);
    const second = await api.waits('', 2, first.next);
    expect([first.rows.length, second.rows.length, second.next]).toEqual([2, 1, null]);
    const parked = [...first.rows, ...second.rows].map((wait) => wait.parked_at);
    expect(parked).toEqual([...parked].sort().reverse());
    await expect(api.jobs(2, 'nowhere')).rejects.toMatchObject({ status: 400 });
    await expect(api.jobs(1_001, null)).rejects.toMatchObject({ status: 400 });
  });
  it('changes agents and tokens', async () => {
    await api.drain('ci-1', true);
    expect((await api.agents()).find((agent) => agent.agent === 'ci-1').draining).toBe(true);
    const { id } = await api.makeToken({ name: 'ci', project: '*', role: 'runner', days: 1 });
    const changed = await api.rotateToken(id, 3_600_000);
    expect((await api.tokens()).find((token) => token.id === id).previous_ends_at).toBe(changed.previous_ends_at);
    expect((await api.rotateToken(id, 0)).previous_ends_at).toBe('');
    await api.revokeToken(id);
    expect((await api.tokens()).find((token) => token.id === id).revoked).toBe(true);
    await expect(api.makeToken({ name: '', project: '*', role: 'runner', days: 1 })).rejects.toMatchObject({ status: 400 });
  });
  it('asks for a token where it is not open', async () => {
    await expect(client(closed).agents()).rejects.toMatchObject({ status: 401 });
    expect(signed_out).toBe(1);
    await expect(client(closed).signIn('tmk_wrong')).rejects.toMatchObject({ status: 401 });
    expect(await client(closed, 'tamarack_session=tmk_viewer').session()).toMatchObject({ role: 'viewer', open: false });
  });
  it('knows no run that there is not', async () => expect(api.run('r-0')).rejects.toMatchObject({ status: 404, message: "there is no run 'r-0'" }));
});
