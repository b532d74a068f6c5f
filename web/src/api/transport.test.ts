import { describe, expect, it, vi } from 'vitest';
import { NO_FILTER } from '../model/place';
import { makeApi, livePath } from './api';
import { ApiProblem, asProblem, readProblem } from './problem';
import { makeTransport, type Fetch } from './transport';

type Sent = [address: string, init: RequestInit];

/** Answers every request with this, and keeps what was asked. */
function server(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: Sent[] = [];
  const signedOut = vi.fn();
  const answer: Fetch = (address, init) => {
    asked.push([address, init]);
    return Promise.resolve(new Response(status === 204 ? null : typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));
  };
  const transport = makeTransport(answer, signedOut);
  return { asked, signedOut, transport, api: makeApi(transport) };
}

async function problemOf(promise: Promise<unknown>): Promise<ApiProblem> {
  const fault: unknown = await promise.then(() => null, (one: unknown) => one);
  if (!(fault instanceof ApiProblem)) throw new Error('expected an ApiProblem');
  return fault;
}

describe('a request', () => {
  it('that changes something says that its own page asks', async () => {
    const { api, asked } = server(202, {});
    await api.cancel('r 1');
    const [address, init] = asked[0] ?? ['', {}];
    expect(address).toBe('/api/v1/runs/r%201/cancel');
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{}', headers: { 'X-Tamarack': '1', 'Content-Type': 'application/json' } });
  });
  it('that only reads does not', async () => {
    const { api, asked } = server(200, { agents: [] });
    await api.agents();
    expect(asked[0]?.[1].headers).toEqual({ Accept: 'application/json' });
  });
  it('without an answer in it is fine', async () => {
    const { api, asked } = server(204, '');
    await api.revokeToken('k/1');
    expect(asked[0]?.[0]).toBe('/api/v1/tokens/k%2F1');
    expect(asked[0]?.[1].method).toBe('DELETE');
  });
  it('for a list leaves out empty filters and hands the place on', async () => {
    const { api, asked } = server(200, { runs: [{ run_id: 'r-1', later: 1 }], next: 'r-1' });
    const part = await api.runs({ ...NO_FILTER, branch: 'a&b' }, 50, 'r-9');
    expect(asked[0]?.[0]).toBe('/api/v1/runs?branch=a%26b&limit=50&before=r-9');
    expect([part.next, part.rows[0]?.run_id, part.rows[0]?.ledger.failed]).toEqual(['r-1', 'r-1', 0]);
  });
  it('for the last part knows the end', async () => {
    expect((await server(200, { tests: [], next: null }).api.tests('p', '', 'flaky', 10, null)).next).toBeNull();
    expect((await server(200, { runs: [] }).api.runs(NO_FILTER, 10, null)).next).toBeNull();
  });
  it('for the specs goes on until it has all of them', async () => {
    const asked: string[] = [];
    const parts: Record<string, object> = { '': { specs: [{ spec: 'a' }, { spec: 'b' }], next: 'spec~b' }, 'spec~b': { specs: [{ spec: 'c' }], next: 'spec~c' }, 'spec~c': { specs: [{ spec: 'd' }] } };
    const api = makeApi(makeTransport((address) => {
      asked.push(address);
      return Promise.resolve(Response.json(parts[new URL(address, 'http://server').searchParams.get('before') ?? '']));
    }, vi.fn()));
    expect((await api.specs('a shop')).map((one) => one.spec)).toEqual(['a', 'b', 'c', 'd']);
    expect(asked).toEqual(['', '&before=spec%7Eb', '&before=spec%7Ec'].map((before) => `/api/v1/projects/a%20shop/specs?limit=1000${before}`));
  });
  it('for the specs ends, whatever the server says', async () => {
    const { api, asked } = server(200, { specs: [{ spec: 'a' }], next: 'spec~a' });
    expect(await problemOf(api.specs('shop'))).toMatchObject({ title: 'There are too many specs to show', message: 'expected at most 100,000' });
    expect(asked).toHaveLength(100);
  });
  it('names the line of a run', () => expect(livePath('r 1')).toBe('/api/v1/runs/r%201/live'));
});

describe('a refusal', () => {
  it('is the problem document in words', async () => {
    const { api, signedOut } = server(404, { type: 'about:blank', title: 'Not Found', status: 404, detail: "there is no run 'r-1'" });
    expect(await problemOf(api.run('r-1'))).toMatchObject({ status: 404, title: 'Not Found', message: "there is no run 'r-1'" });
    expect(signedOut).not.toHaveBeenCalled();
  });
  it('lists every fault of a body', () => {
    expect(readProblem(400, '', JSON.stringify({ title: 'Bad Request', detail: 'x', errors: ["'name': empty", { detail: "'days': 0" }, 7] })).faults).toEqual(["'name': empty", "'days': 0"]);
  });
  it('of a session is told to the page, too', async () => {
    const { api, signedOut } = server(401, { title: 'Unauthorized', detail: 'a token is needed' });
    expect((await problemOf(api.agents())).status).toBe(401);
    expect(signedOut).toHaveBeenCalledOnce();
  });
  it('by a proxy that speaks no JSON keeps its number', async () => {
    expect(await problemOf(server(502, '<html>bad gateway</html>').api.agents())).toMatchObject({ status: 502, title: '502', message: '502' });
  });
});

describe('what is no answer', () => {
  it('a network that fails is a problem with words', async () => {
    const { get } = makeTransport(() => Promise.reject(new TypeError('Failed to fetch')), vi.fn());
    expect(await problemOf(get('/x'))).toMatchObject({ status: 0, title: 'The server cannot be reached', message: 'Failed to fetch' });
    expect(asProblem('odd').message).toBe('odd');
  });
  it('an answer that is no JSON', async () => expect((await problemOf(server(200, '<html>').api.agents())).message).toMatch(/^expected JSON: .*</));
  it('a request that was given up stays what it is', async () => {
    const { get } = makeTransport(() => Promise.reject(new DOMException('aborted', 'AbortError')), vi.fn());
    await expect(get('/x')).rejects.toBeInstanceOf(DOMException);
  });
  it('a report that cannot be read says why', async () => {
    expect((await problemOf(server(200, { version: 9 }).api.report('r'))).message).toMatch(/version 9/);
    expect((await problemOf(server(200, null).api.report('r'))).message).toBe('the server sent an empty one');
  });
  it('a token without its secret', async () => expect((await problemOf(server(201, { id: 'k' }).api.makeToken({ name: 'a', project: '*', role: 'viewer', days: 1 }))).message).toBe('it made a token without a secret'));
});
