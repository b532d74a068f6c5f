// The process as a whole: how it starts, refuses to start, resets and stops. The pages must be built first.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.js', import.meta.url));

// Starts a server on a free port; whatever happens in the test, the process and its folder go with it.
function start(t, env = {}) {
  const data_dir = env.DATA_DIR ?? mkdtempSync(path.join(tmpdir(), 'actions-test-'));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', COLD_START_MS: '0', DATA_DIR: data_dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit').then(([code]) => code);
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  const lines = [];
  const waiters = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const waiter of waiters) waiter();
  });
  const line = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = lines.map((one) => pattern.exec(one)).find(Boolean);
        if (match) resolve(match);
      };
      waiters.push(look);
      exit.then(() => reject(new Error(`the server ended before it wrote ${pattern}: ${errors}`)));
      look();
    });
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(data_dir, { recursive: true, force: true });
  });
  return { child, exit, line, lines, data_dir, errors: () => errors };
}

async function ready(server) {
  const [, port] = await server.line(/^ready on http:\/\/127\.0\.0\.1:(\d+)$/);
  return `http://127.0.0.1:${port}`;
}

async function sign_in(base) {
  const response = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'ada-secret' }),
  });
  assert.equal(response.status, 200);
  return response.headers.get('set-cookie').split(';')[0];
}

test('it is not healthy before the cold start is over', async (t) => {
  const server = start(t, { COLD_START_MS: '400' });
  const [, port] = await server.line(/^starting on http:\/\/127\.0\.0\.1:(\d+),/);
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 503);
  const base = await ready(server);
  const response = await fetch(`${base}/healthz`);
  assert.deepEqual(await response.json(), { ok: true, pid: server.child.pid, data_dir: server.data_dir });
  await server.line(/GET \/healthz 200 [\d.]+ ms$/);
});

test('an idle connection is kept longer than a test pauses', async (t) => {
  const base = await ready(start(t));
  const kept = /timeout=(\d+)/.exec((await fetch(`${base}/healthz`)).headers.get('keep-alive'));
  assert.ok(Number(kept[1]) >= 60, `kept for ${kept[1]} s`);
});

test('a port that is taken is refused', async (t) => {
  const base = await ready(start(t));
  const second = start(t, { PORT: new URL(base).port });
  assert.equal(await second.exit, 1);
  assert.match(second.errors(), /^error: port \d+ is already in use\nhint: /);
});

test('settings that make no sense are refused by name', async (t) => {
  const server = start(t, { PORT: 'eighty' });
  assert.equal(await server.exit, 1);
  assert.match(server.errors(), /^error: PORT must be a whole number from 0 to 65535, got 'eighty'/);
  const broken = start(t, { BREAK: 'everything' });
  assert.equal(await broken.exit, 1);
  assert.match(broken.errors(), /^error: BREAK must be one of: save, got 'everything'/);
});

test('a reset restores the first state, and needs permission', async (t) => {
  const closed = await ready(start(t));
  assert.equal((await fetch(`${closed}/__test__/reset`, { method: 'POST' })).status, 403);

  const base = await ready(start(t, { ALLOW_TEST_RESET: '1' }));
  const cookie = await sign_in(base);
  assert.equal((await fetch(`${base}/api/actions/login`, { method: 'DELETE', headers: { cookie } })).status, 200);
  assert.equal((await fetch(`${base}/__test__/reset`, { method: 'POST' })).status, 200);
  assert.equal((await fetch(`${base}/api/actions`, { headers: { cookie } })).status, 401);
  const again = await sign_in(base);
  assert.equal((await fetch(`${base}/api/actions/login`, { headers: { cookie: again } })).status, 200);
});

test('it stops in order on SIGTERM and finds its data again', async (t) => {
  const first = start(t);
  const cookie = await sign_in(await ready(first));
  first.child.kill('SIGTERM');
  assert.equal(await first.exit, 0);
  assert.equal(first.lines.at(-1), 'stopped');

  // What a killed server leaves behind must not keep the next one out.
  mkdirSync(path.join(first.data_dir, 'actions.sqlite.lock'));
  const base = await ready(start(t, { DATA_DIR: first.data_dir }));
  assert.equal((await fetch(`${base}/api/session`, { headers: { cookie } })).status, 200);
});

test('a roll-out that a kill cut short is taken up again', async (t) => {
  const first = start(t, { PUBLISH_MS: '60000' });
  const base = await ready(first);
  const cookie = await sign_in(base);
  const published = await fetch(`${base}/api/actions/usage_report/publish`, { method: 'POST', headers: { cookie } });
  assert.equal((await published.json()).status, 'publishing');
  first.child.kill('SIGKILL');
  await first.exit;

  const next = await ready(start(t, { DATA_DIR: first.data_dir, PUBLISH_MS: '0' }));
  let status;
  do status = (await (await fetch(`${next}/api/actions/usage_report`, { headers: { cookie } })).json()).status;
  while (status === 'publishing');
  assert.equal(status, 'published');
});
