// The part that speaks HTTP, against a small real server: what the agent is asked, and polling where there is no agent.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { after, before, beforeEach, describe, it } = require('node:test');
const { TamarackWaitError, agent_of, check_id, job_wish, poll, read_path, status_path, wait_on_agent } = require('../agent.js');

let server;
let url;
let answers; // one after the other, the last one for ever
let asked;

before(async () => {
  server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const { status = 200, headers = {}, body, hangs, after = Promise.resolve() } = answers.length > 1 ? answers.shift() : answers[0];
      if (hangs) return request.socket.on('close', hangs);
      return after.then(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());
beforeEach(() => {
  answers = [];
  asked = [];
});

const outcome_of = async (promise) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof TamarackWaitError, error.stack);
    return [error.outcome, error.message];
  }
  assert.fail('it was satisfied');
};

describe('asking the agent', () => {
  const agent = () => agent_of({ TAMARACK_AGENT_URL: url, TAMARACK_AGENT_TOKEN: 's3cret' });

  it('sends the wish, the secret, and only the captures it needs', async () => {
    answers = [{ body: { outcome: 'satisfied', captures: { body: 1 } } }];
    const wish = { conditions: [{ http: { url: '/jobs/{job_id}' } }] };
    assert.deepEqual((await wait_on_agent(agent(), wish, { job_id: 'j-1', other: 'x' })).captures, { body: 1 });
    assert.equal(asked[0].headers.authorization, 'Bearer s3cret');
    assert.deepEqual(JSON.parse(asked[0].body), { ...wish, captures: { job_id: 'j-1' } });
  });

  it('throws every other outcome with what the agent said', async () => {
    answers = [{ body: { outcome: 'failed', message: 'no such column: ymd', waited_ms: 1234, probes: 3, last_status: 'FAILED' } }];
    assert.deepEqual(await outcome_of(wait_on_agent(agent(), { name: 'job 7' })),
      ['failed', 'job 7 failed: no such column: ymd (after 1.2 s, 3 looks, last status FAILED)']);
    answers = [{ status: 400, body: { detail: 'conditions: is missing' } }];
    assert.deepEqual(await outcome_of(wait_on_agent(agent(), {})), ['invalid', 'the wait was refused: conditions: is missing']);
  });

  it('hangs up when it is aborted', async () => {
    const aborting = new AbortController();
    const hung_up = new Promise((resolve) => (answers = [{ hangs: resolve }]));
    const waiting = wait_on_agent(agent(), {}, {}, aborting.signal);
    setImmediate(() => aborting.abort());
    await assert.rejects(waiting, { name: 'AbortError' });
    if (asked.length) await hung_up;
  });

  it('is only there with both variables', () => {
    assert.equal(agent_of({}), null);
    assert.equal(agent_of({ TAMARACK_AGENT_URL: url, TAMARACK_AGENT_TOKEN: '' }), null);
  });
});

describe('polling without an agent', () => {
  const wish = (options = {}) => job_wish({ id: '7', url: url + status_path('7') }, { timeout: 2_000, interval: 5, ...options });

  it('goes on until the job has completed, and gives the last body', async () => {
    answers = [{ status: 404, body: {} }, { status: 503, body: 'busy' }, { body: { status: 'PENDING' } }, { body: { status: 'RUNNING' } },
      { body: { status: 'COMPLETED', result: 'rows' } }];
    assert.deepEqual(await poll(wish()), { status: 'COMPLETED', result: 'rows' });
    assert.equal(asked.length, 5);
    assert.equal(asked[0].path, '/api/v1/jobs/7/status');
  });

  it('fails at once with the words of the backend', async () => {
    answers = [{ body: { status: 'FAILED', error: 'no such column: ymd' } }];
    assert.deepEqual(await outcome_of(poll(wish())), ['failed', 'job 7 failed: no such column: ymd']);
    assert.equal(asked.length, 1);
  });

  it('calls everything else by its name', async () => {
    answers = [{ body: { status: 'EXPLODED' } }];
    assert.match((await outcome_of(poll(wish())))[1], /^job 7 invalid: \$\.status is 'EXPLODED', which is none of PENDING, /);
    answers = [{ body: { state: 'RUNNING' } }];
    assert.match((await outcome_of(poll(wish())))[1], /the answer has no \$\.status; it has the fields state/);
    answers = [{ headers: { 'content-type': 'text/html' }, body: '<html>' }];
    assert.match((await outcome_of(poll(wish())))[1], /expected JSON from .*, got text\/html: <html>/);
    answers = [{ status: 401, body: {} }];
    assert.equal((await outcome_of(poll(wish())))[0], 'invalid');
    answers = [{ status: 302, headers: { location: '/login' }, body: '' }];
    assert.equal((await outcome_of(poll(wish())))[0], 'invalid');
    answers = [{ status: 410, body: {} }];
    assert.equal((await outcome_of(poll(wish())))[0], 'invalid');
    answers = [{ body: { status: 'RUNNING' } }, { status: 404, body: {} }];
    assert.equal((await outcome_of(poll(wish())))[0], 'lost');
    answers = [{ body: { status: 'CANCELLED' } }];
    assert.equal((await outcome_of(poll(wish())))[0], 'cancelled');
    answers = [{ body: { status: 'constructor' } }];
    assert.equal((await outcome_of(poll(wish())))[0], 'invalid', 'what every object has is no status');
    answers = [{ body: { status: 'RUNNING' } }];
    assert.deepEqual(await outcome_of(poll(wish({ timeout: 60 }))), ['timed_out', 'job 7 timed out after 0.1 s; last status RUNNING']);
  });

  it('pauses as long as the backend says', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '1' }, body: '' }, { body: { status: 'COMPLETED' } }];
    const began = Date.now();
    await poll(wish());
    assert.ok(Date.now() - began >= 990);
  });
});

describe('what a test passes', () => {
  it('names the variable that is undefined, before anything is asked', () => {
    const { jobId } = { job_id: 'j-1' };
    const pollForJobStatus = (id) => check_id(id, 'pollForJobStatus', new Error().stack);
    // The name is read from the source of whoever called, outside of this package; here the package itself is the test.
    const file = path.join(fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'tamarack-')), 'caller.js');
    fs.writeFileSync(file, 'module.exports = (tamarack, jobId) => tamarack.pollForJobStatus(jobId, { timeout: 1 });\n');
    assert.throws(() => require(file)({ pollForJobStatus }, jobId),
      { outcome: 'invalid', message: "pollForJobStatus: 'jobId' is undefined; was a field misspelt where it was read, such as jobId for job_id?" });
    fs.rmSync(path.dirname(file), { recursive: true });
    for (const nothing of [undefined, null, '', 'undefined', 'null', NaN, {}, [], true]) assert.throws(() => pollForJobStatus(nothing), TamarackWaitError);
    assert.equal(pollForJobStatus(7), '7');
  });

  it('has times in milliseconds', () => {
    assert.throws(() => job_wish({ url }, { timeout: '5s' }), /timeout must be a number of milliseconds above 0, got 5s/);
    assert.throws(() => job_wish({ url }, { interval: 0 }), /interval must be/);
    assert.deepEqual(job_wish({ id: 'a', url }, {}).pace, { min_ms: 250, max_ms: 5000 });
    assert.equal(job_wish({ id: 'a', url }, {}).timeout_ms, 180_000);
  });

  it('reads paths that lead to one value', () => {
    const value = { a: [{ 'b c': 1 }, 2], d: null };
    assert.equal(read_path("$.a[0]['b c']", value), 1);
    assert.equal(read_path('$.a[-1]', value), 2);
    assert.equal(read_path('$', value), value);
    assert.equal(read_path('$.d', value), null);
    assert.equal(read_path('$.a.length', value), undefined);
    assert.equal(read_path('$.d.e', value), undefined);
    assert.throws(() => read_path('a.b', value), /begins with '\$'/);
    assert.throws(() => read_path('$..b', value), /cannot be read at '\.\.b'/);
  });
});

describe('the fixture', () => {
  const info_of = (more = {}) => {
    const project = { name: '' };
    return { file: __filename, titlePath: ['a', 'b'], annotations: [], project, config: { projects: [project] }, ...more };
  };

  it('keeps the limit of the test standing while any of its waits is open', async (t) => {
    const { Tamarack } = require('../index.js');
    let now = 1_000_000;
    t.mock.method(Date, 'now', () => now);
    const info = info_of({ timeout: 30_000, setTimeout: (timeout) => (info.timeout = timeout) });
    const tamarack = new Tamarack(info, undefined, { TAMARACK_AGENT_URL: url, TAMARACK_AGENT_TOKEN: 's3cret' });
    const gates = [1, 2, 3].map(() => {
      const gate = {};
      gate.opened = new Promise((resolve) => (gate.open = resolve));
      return gate;
    });
    t.after(() => gates.forEach(({ open }) => open()));
    answers = gates.map(({ opened }, index) => ({ body: { outcome: 'satisfied', captures: { body: index } }, after: opened }));
    const begin = async (timeout) => {
      const count = asked.length;
      const waiting = tamarack.awaitJob('/jobs/7', { timeout });
      while (asked.length === count) await new Promise(setImmediate);
      return { waiting };
    };

    const first = await begin(60_000);
    assert.equal(info.timeout, 30_000 + 60_000 + 10_000);
    now += 5_000;
    const second = await begin(120_000);
    assert.equal(info.timeout, 30_000 + 5_000 + 120_000 + 10_000, 'the longest decides');
    const third = await begin(1_000);
    assert.equal(info.timeout, 165_000, 'a short one shortens nothing');

    now += 20_000;
    gates[0].open();
    assert.equal(await first.waiting, 0);
    assert.equal(info.timeout, 165_000, 'two still wait');
    now += 50_000;
    gates[1].open();
    gates[2].open();
    assert.deepEqual(await Promise.all([second.waiting, third.waiting]), [1, 2]);
    assert.equal(info.timeout, 30_000 + 75_000, 'what the test had left when the first began');
  });

  it('sets no limit where the test has none, and gives it back after a wait that failed', async () => {
    const { Tamarack } = require('../index.js');
    const limits = [];
    const env = { TAMARACK_AGENT_URL: url, TAMARACK_AGENT_TOKEN: 's3cret' };
    answers = [{ body: { outcome: 'lost', message: 'gone' } }];
    const without = new Tamarack(info_of({ timeout: 0, setTimeout: (timeout) => limits.push(timeout) }), undefined, env);
    await outcome_of(without.awaitJob('/jobs/7', { timeout: 1_000 }));
    assert.deepEqual(limits, []);
    const info = info_of({ timeout: 30_000, setTimeout: (timeout) => limits.push((info.timeout = timeout)) });
    const tamarack = new Tamarack(info, undefined, env);
    await Promise.all([1_000, 2_000].map((timeout) => outcome_of(tamarack.awaitJob('/jobs/7', { timeout }))));
    assert.ok(limits.at(-1) >= 30_000 && limits.at(-1) < 40_000, String(limits));
  });

  it('points at the line of the test that is wrong', () => {
    const { Tamarack } = require('../index.js');
    const tamarack = new Tamarack(info_of(), undefined, {});
    for (const wrong of [() => tamarack.capture('job_id', undefined), () => tamarack.capture('job-id', 1), () => tamarack.captured('job_id')])
      assert.throws(wrong, ({ stack }) => stack.split('\n')[1].includes(path.basename(__filename)));
  });
});
