// Stands in for `tamarack serve` while pages are developed, tested and looked at: it speaks the HTTP API with generated data, has one run that
// goes on, and serves the built dashboard with the policy the server sends. It keeps nothing and checks little; it is no server.
// Usage: node scripts/stand_in_server.mjs [--port 0] [--tests 400] [--runs 60] [--closed]      tokens of a closed one: tmk_admin, tmk_viewer
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeJobs, makeWaits } from './stand_in/flows.mjs';
import { makeHistory } from './stand_in/history.mjs';
import { LiveRun, servedReport } from './stand_in/live_run.mjs';
import { makeAgents, makeTokens } from './stand_in/machines.mjs';
import { PROJECTS, makeRuns } from './stand_in/runs.mjs';
import { testAfter } from './stand_in/schedule.mjs';

const DIST = join(import.meta.dirname, '../dist/dashboard');
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self'; font-src 'self' data:; connect-src 'self'";
const ASSETS = { '/assets/dashboard.js': 'text/javascript', '/assets/dashboard.css': 'text/css' };
const TICK_MS = 100;
/** Of a list, when nobody says how many; and the most that may be asked for. */
const PART_ROWS = 50;
const PART_ROWS_MAX = 1_000;
/** Between the end of the run that goes on and the start of the next. */
const REST_MS = 8_000;
const PICTURE = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1280 720'><rect width='1280' height='720' fill='#eef1f4'/><rect width='1280' height='64' fill='#20324a'/>
<rect x='80' y='120' width='720' height='480' rx='8' fill='#fff'/><rect x='840' y='120' width='360' height='300' rx='8' fill='#fff'/><text x='870' y='180' font-family='sans-serif' font-size='28'>Total  € 118.79</text></svg>`;

/** `clock`: false leaves the live run to `live.advance`. Resolves once it listens, with its address and a way to end it. */
export async function startStandIn({ port = 0, tests = 400, runs: run_count = 60, open = true, clock = true, live_tests = 320, live_workers = 8, now_ms = Date.now() } = {}) {
  const finished = makeRuns(run_count, Math.max(tests, 40), now_ms);
  const world = {
    open, runs: [new LiveRun(run_count + 1, live_tests, now_ms, live_workers), ...finished], agents: [], tokens: makeTokens(now_ms),
    history: Object.fromEntries(PROJECTS.map((project, at) => [project, makeHistory(at === 0 ? tests : Math.max(8, Math.floor(tests / (4 * at))), finished, now_ms)])),
  };
  world.agents = makeAgents(9, world.runs[0].row.run_id);
  world.jobs = makeJobs(now_ms);
  world.waits = makeWaits(now_ms, world.runs[0].row.run_id, world.jobs[3].job_id);
  let rested_ms = 0;
  const tick = () => {
    const [live] = world.runs;
    live.advance(TICK_MS);
    if (!live.ended || (rested_ms += TICK_MS) < REST_MS) return;
    rested_ms = 0;
    world.runs.unshift(new LiveRun(live.run.number + 1, live_tests, Date.now(), live_workers));
  };
  const timer = clock ? setInterval(tick, TICK_MS) : undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => answer(world, request, response, body));
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${server.address().port}`, world, live: () => world.runs[0],
    close: () => {
      clearInterval(timer);
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

const ROUTES = [
  ['GET', '/api/v1/session', ({ who, world }) => ({ ...who, open: world.open })],
  ['GET', '/api/v1/projects', ({ world }) => ({ projects: PROJECTS.map((project) => projectOf(world, project)) })],
  ['GET', '/api/v1/runs', listRuns],
  ['GET', '/api/v1/runs/:run', ({ entry }) => entry?.row],
  ['GET', '/api/v1/runs/:run/report', ({ entry }) => entry && servedReport(entry)],
  ['GET', '/api/v1/runs/:run/tests/:test', ({ world, entry, names }) => entry && oneTest(world, entry, names.test)],
  ['POST', '/api/v1/runs/:run/cancel', ({ entry }) => {
    if (entry instanceof LiveRun) entry.cancel();
    return entry && {};
  }],
  ['GET', '/api/v1/projects/:project/tests', ({ world, names, query }) => world.history[names.project]?.list(query.get('text') ?? '', query.get('sort') ?? 'flaky', Number(query.get('limit') ?? PART_ROWS), query.get('before'))],
  ['GET', '/api/v1/projects/:project/tests/:test', ({ world, names }) => world.history[names.project]?.test(names.test)],
  ['GET', '/api/v1/projects/:project/specs', ({ world, names, query }) => world.history[names.project] && partOf('specs', world.history[names.project].specs(query.get('text') ?? ''), query, (one) => `spec~${one.spec}`)],
  ['GET', '/api/v1/agents', ({ world }) => ({ agents: world.agents })],
  ['POST', '/api/v1/agents/:agent/drain', ({ world, names, body }) => {
    const agent = world.agents.find((one) => one.agent === names.agent);
    if (agent !== undefined) agent.draining = body.drain;
    return agent && {};
  }],
  ['GET', '/api/v1/jobs', ({ world, query }) => partOf('jobs', newestFirst(world.jobs, 'submitted_at'), query, (one) => `${Date.parse(one.submitted_at)}-${one.job_id}`)],
  ['GET', '/api/v1/jobs/:job', ({ world, names }) => world.jobs.find((one) => one.job_id === names.job)],
  ['GET', '/api/v1/waits', ({ world, query }) => partOf('waits', newestFirst(world.waits, 'parked_at').filter((one) => !query.has('open') || (one.state === 'parked') === (query.get('open') === 'true')), query, (one) => `${Date.parse(one.parked_at)}-${one.wait_id}`)],
  ['GET', '/api/v1/waits/:wait', ({ world, names }) => world.waits.find((one) => one.wait_id === names.wait)],
  ['GET', '/api/v1/tokens', ({ world }) => ({ tokens: world.tokens })],
  ['POST', '/api/v1/tokens', makeToken],
  ['POST', '/api/v1/tokens/:token/rotate', rotateToken],
  ['DELETE', '/api/v1/tokens/:token', ({ world, names }) => {
    const token = world.tokens.find((one) => one.id === names.token);
    if (token !== undefined) token.revoked = true;
    return token && null;
  }],
].map(([method, path, act]) => ({ method, act, pattern: new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`) }));

function answer(world, request, response, text) {
  const url = new URL(request.url, 'http://stand-in');
  const send = (status, body, headers = {}) => response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  const problem = (status, title, detail, more = {}) => send(status, { type: 'about:blank', title, status, detail, ...more }, { 'Content-Type': 'application/problem+json' });
  const { pathname: path } = url;
  if (path.startsWith('/blobs/')) return send(200, path.endsWith('.svg') ? PICTURE : 'trace', { 'Content-Type': path.endsWith('.svg') ? 'image/svg+xml' : 'application/zip' });
  if (!path.startsWith('/api/')) return sendPage(path, send);
  const body = text === '' ? {} : JSON.parse(text);
  if (path === '/api/v1/session' && request.method === 'POST') {
    if (ROLES[body.token] === undefined) return problem(401, 'Unauthorized', 'this token is not valid');
    return send(204, undefined, { 'Set-Cookie': `tamarack_session=${body.token}; HttpOnly; SameSite=Strict; Path=/` });
  }
  if (path === '/api/v1/session' && request.method === 'DELETE') return send(204, undefined, { 'Set-Cookie': 'tamarack_session=; Max-Age=0; Path=/' });
  const token = /tamarack_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? request.headers.authorization?.replace('Bearer ', '');
  const role = world.open ? 'admin' : ROLES[token];
  if (role === undefined) return problem(401, 'Unauthorized', 'a token is needed');
  if (request.method !== 'GET' && request.headers['x-tamarack'] !== '1') return problem(403, 'Forbidden', "the header 'X-Tamarack' is missing");
  const route = ROUTES.find((one) => one.method === request.method && one.pattern.test(path));
  const names = Object.fromEntries(Object.entries((route?.pattern ?? /^\/api\/v1\/runs\/(?<run>[^/]+)\/live$/).exec(path)?.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  const entry = names.run === undefined ? undefined : world.runs.find((one) => one.row.run_id === names.run);
  if (route === undefined && entry instanceof LiveRun) return streamLive(entry, request, response);
  // A job of the stand-in never moves: its line is open and silent.
  if (/^\/api\/v1\/jobs\/[^/]+\/events$/.test(path)) return response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).write(': open\n\n');
  const result = route?.act({ world, names, body, entry, query: url.searchParams, who: { role, project: '*', name: role === 'admin' ? 'ada' : 'wall display' } });
  if (result === undefined) return problem(404, 'Not Found', names.run === undefined ? `there is no '${path}'` : `there is no run '${names.run}'`);
  if (result?.problem !== undefined) return problem(400, 'Bad Request', result.problem, { errors: [result.problem] });
  return result === null ? send(204, undefined) : send(request.method === 'POST' ? 202 : 200, result);
}

const ROLES = { tmk_admin: 'admin', tmk_viewer: 'viewer' };

function sendPage(path, send) {
  const file = path in ASSETS ? path.replace('/assets/', '') : 'dashboard.html';
  if (!existsSync(join(DIST, file))) return send(404, "dist/dashboard is not built; hint: npm run build", { 'Content-Type': 'text/plain' });
  return send(200, readFileSync(join(DIST, file), 'utf8'), { 'Content-Type': `${ASSETS[path] ?? 'text/html'}; charset=utf-8`, 'Content-Security-Policy': POLICY });
}

function projectOf(world, project) {
  const own = world.runs.filter((one) => one.run.project === project);
  const last = own[0]?.row;
  return { project, runs: own.length, last_run_id: last?.run_id ?? '', last_verdict: last?.verdict ?? '', last_started_at: last?.started_at ?? '' };
}

function newestFirst(rows, name) {
  return [...rows].sort((a, b) => b[name].localeCompare(a[name]));
}

/** A part of a list as the server hands it out; `cursorOf` names the row that it ends with. */
function partOf(name, rows, query, cursorOf) {
  const limit = Number(query.get('limit') ?? PART_ROWS);
  if (!Number.isInteger(limit) || limit < 1 || limit > PART_ROWS_MAX) return { problem: `limit: expected a number from 1 to ${PART_ROWS_MAX}, got '${query.get('limit')}'` };
  const before = query.get('before');
  const from = before === null ? 0 : rows.findIndex((row) => cursorOf(row) === before) + 1;
  if (before !== null && from === 0) return { problem: `'before' is not the 'next' of a page of this list, got '${before}'` };
  const part = rows.slice(from, from + limit);
  return { [name]: part, ...(from + limit < rows.length ? { next: cursorOf(part.at(-1)) } : {}) };
}

function listRuns({ world, query }) {
  const limit = Math.min(PART_ROWS_MAX, Number(query.get('limit') ?? PART_ROWS));
  const before = query.get('before');
  const from = before === null ? 0 : world.runs.findIndex((one) => one.run.run_id === before) + 1;
  const text = (query.get('text') ?? '').toLowerCase();
  const fits = (row) => ['project', 'branch', 'verdict'].every((name) => (query.get(name) ?? row[name]) === row[name]) && `${row.run_id} ${row.headline} ${row.branch} ${row.commit}`.toLowerCase().includes(text);
  const runs = [];
  for (let at = from; at < world.runs.length && runs.length <= limit; at += 1) {
    const { row } = world.runs[at];
    if (fits(row)) runs.push(row);
  }
  return { runs: runs.slice(0, limit), ...(runs.length > limit ? { next: runs[limit - 1].run_id } : {}) };
}

/** As its history tells it, which knows more runs than the run's own report does. */
function oneTest(world, entry, id) {
  const history = world.history[entry.run.project]?.test(id) ?? Object.values(world.history)[0].test(id);
  const execution = history?.executions.find((one) => one.run_id === entry.row.run_id);
  return execution && { run_id: entry.row.run_id, project: entry.run.project, test: testAfter(entry.run, Number.parseInt(id.slice(1), 16), execution) };
}

function rotateToken({ world, names, body }) {
  const token = world.tokens.find((one) => one.id === names.token);
  if (token === undefined) return undefined;
  if (!(body.grace_ms >= 0)) return { problem: '/grace_ms: expected 0 to 2592000000' };
  const ends = body.grace_ms === 0 ? {} : { previous_ends_at: new Date(Date.now() + body.grace_ms).toISOString() };
  Object.assign(token, { previous_ends_at: null }, ends);
  return { id: token.id, token: 'tmk_8e21b07c5d914f3aa60b7c2e19d4f508', ...ends };
}

function makeToken({ world, body }) {
  if (typeof body.name !== 'string' || body.name === '') return { problem: "'name': expected a text that is not empty" };
  const id = `k${world.tokens.length + 1}`;
  const now_ms = Date.now();
  world.tokens.unshift({ id, name: body.name, project: body.project, role: body.role, created_at: new Date(now_ms).toISOString(), expires_at: new Date(now_ms + body.days * 86_400_000).toISOString(), last_used_at: null, revoked: false });
  return { id, token: 'tmk_3f9a1c77d02b4e6f8a915d20c4b7e3f1' };
}

function streamLive(live, request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const send = (event, data, id) => response.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  const seen = Number(request.headers['last-event-id'] ?? -1);
  const kept = live.patches.filter((patch) => patch.seq > seen);
  if (seen >= 0 && (kept[0]?.seq ?? live.seq + 1) === seen + 1) {
    for (const patch of kept) send('patch', patch, patch.seq);
  } else {
    send('snapshot', { seq: live.seq - 1 });
    send('patch', live.present(), live.seq);
  }
  if (live.ended) send('end', {});
  live.listeners.add(send);
  response.on('close', () => live.listeners.delete(send));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, tests: { type: 'string' }, runs: { type: 'string' }, closed: { type: 'boolean' } } });
  const stand_in = await startStandIn({ port: Number(values.port ?? 0), tests: Number(values.tests ?? 400), runs: Number(values.runs ?? 60), open: values.closed !== true });
  console.log(`the stand-in listens at ${stand_in.address}`);
}
