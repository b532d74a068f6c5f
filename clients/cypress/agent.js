// Asks the agent of Tamarack on this machine to wait (docs/guide/helpers.md), and polls by itself where there is none. All logic of a wait is
// the agent's. The source is clients/playwright/agent.js; clients/copies.sh writes the one of clients/cypress, so that neither package needs
// another, and lint compares them.
'use strict';

const fs = require('fs');
const http = require('http');

/** The words of a status field without a map, as the agent has them (docs/design/2026-11-22-wait-wish.md); any other is invalid at once. */
const COMMON_MAP = {
  PENDING: 'going_on', QUEUED: 'going_on', INITIALIZING: 'going_on', RUNNING: 'going_on', STARTED: 'going_on', PROGRESS: 'going_on',
  COMPLETED: 'satisfied', SUCCESS: 'satisfied', SUCCEEDED: 'satisfied', FAILED: 'failed', FAILURE: 'failed', ERROR: 'failed',
  CANCELLED: 'cancelled', CANCELED: 'cancelled', REVOKED: 'cancelled', LOST: 'lost',
};
const NOTHING = new Set(['', 'undefined', 'null', 'NaN', 'None', '[object Object]']);
const NOT_FOUND_MAX_MS = 5_000; // A 404 before the first sight may be a replica that lags.
const NO_ANSWER_MAX_MS = 30_000; // in a row
const REQUEST_MAX_MS = 10_000;
const LAST_LOOK_MS = 1_000; // at the deadline

/** A wait that ended otherwise than satisfied. `outcome`: failed, timed_out, lost, cancelled or invalid. */
class TamarackWaitError extends Error {
  constructor(outcome, message, answer = {}) {
    super(message);
    this.name = 'TamarackWaitError';
    this.outcome = outcome;
    this.answer = answer;
  }
}

/** The address and the secret of this worker's agent, or null outside of Tamarack. */
const agent_of = (env) =>
  env.TAMARACK_AGENT_URL && env.TAMARACK_AGENT_TOKEN ? { url: env.TAMARACK_AGENT_URL, token: env.TAMARACK_AGENT_TOKEN } : null;

/** One request that may take hours: fetch() gives up on a silent answer after five minutes, so it is not used. */
const post = (agent, path, body, signal) =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const request = http.request(new URL(path, agent.url), {
      method: 'POST', signal, agent: false,
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json', 'content-length': bytes.length },
    }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(bytes);
  });

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Waits on the agent. Resolves with its answer when satisfied, throws a TamarackWaitError otherwise. Aborting cancels the wait. */
const wait_on_agent = async (agent, wish, captures = {}, signal = undefined) => {
  const words = JSON.stringify(wish);
  const needed = Object.fromEntries(Object.entries(captures).filter(([name]) => words.includes(`{${name}}`)));
  const { status, text } = await post(agent, '/v1/waits', { ...wish, captures: needed }, signal);
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`the agent of tamarack answered ${status} without JSON: ${text.slice(0, 300)}`);
  }
  if (status !== 200) throw new TamarackWaitError('invalid', `the wait was refused: ${answer.detail || answer.title || text.slice(0, 300)}`, answer);
  if (answer.outcome === 'satisfied') return answer;
  const looked = answer.probes === 1 ? 'one look' : `${answer.probes || 0} looks`;
  const seen = answer.last_status ? `, last status ${answer.last_status}` : '';
  throw new TamarackWaitError(answer.outcome, `${wish.name || 'wait'} ${String(answer.outcome).replace('_', ' ')}: ${answer.message} ` +
    `(after ${seconds(answer.waited_ms || 0)}, ${looked}${seen})`, answer);
};

/** How the caller's source calls what it passed as the first argument: "jobId" of `pollForJobStatus(jobId)`; empty when it cannot be read. */
const argument_name = (method, stack) => {
  for (const line of String(stack).split('\n')) {
    const place = /(?:\(|at )(?:async )?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/.exec(line.trim());
    if (!place || place[1].startsWith('node:') || place[1].startsWith(__dirname)) continue;
    try {
      const source = fs.readFileSync(place[1], 'utf8').split('\n').slice(place[2] - 1, Number(place[2]) + 1).join(' ');
      const call = new RegExp(`${method}\\(\\s*([\\w$.?\\[\\]'"]+)`).exec(source);
      if (call) return call[1];
    } catch {
      // A source that is not there has no names.
    }
  }
  return '';
};

/** Throws when `id` is what a misspelt field leaves behind: asking for it would be a 404 for minutes and then be called a timeout. */
const check_id = (id, method, stack) => {
  if (id !== null && ['string', 'number', 'bigint'].includes(typeof id) && !NOTHING.has(String(id))) return String(id);
  const name = argument_name(method, stack);
  const shown = typeof id === 'string' ? `'${id}'` : typeof id === 'object' && id !== null ? 'an object' : String(id);
  throw new TamarackWaitError('invalid', `${method}: ${name ? `'${name}'` : "the job's id"} is ${shown}; ` +
    'was a field misspelt where it was read, such as jobId for job_id?');
};

const check_millis = (value, name) => {
  if (Number.isFinite(value) && value > 0) return Math.ceil(value);
  throw new TamarackWaitError('invalid', `${name} must be a number of milliseconds above 0, got ${String(value)}`);
};

/** The wish (docs/design/2026-11-22-wait-wish.md) for "this job has completed". The whole last answer comes back as the capture `body`. */
const job_wish = (job, { timeout = 180_000, interval = 5_000 } = {}) => {
  const max_ms = check_millis(interval, 'interval');
  return {
    name: job.name || `job ${job.id === undefined ? job.url : job.id}`,
    timeout_ms: check_millis(timeout, 'timeout'),
    pace: { min_ms: Math.min(250, max_ms), max_ms },
    conditions: [{
      http: { url: job.url, ...(job.method && { method: job.method }), ...(job.headers && { headers: job.headers }), ...(job.events && { events: job.events }) },
      field: job.field || '$.status', ...(job.map && { map: job.map }), error_field: job.errorField || '$.error',
      capture: { body: '$' },
    }],
  };
};

/** Where a job's status stands when nobody says otherwise. */
const status_path = (id) => `/api/v1/jobs/${encodeURIComponent(id)}/status`;

const read_path = (path, value) => {
  let rest = String(path);
  if (!rest.startsWith('$')) throw new TypeError(`a JSON path begins with '$', got '${path}'`);
  rest = rest.slice(1);
  while (rest) {
    const step = /^(?:\.([\w-]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?\d+)\])/.exec(rest);
    if (!step) throw new TypeError(`the JSON path '${path}' cannot be read at '${rest}'`);
    rest = rest.slice(step[0].length);
    if (value === null || typeof value !== 'object') return undefined;
    if (step[4] !== undefined) value = Array.isArray(value) ? value.at(Number(step[4])) : undefined;
    else {
      const name = step[1] ?? step[2] ?? step[3];
      value = !Array.isArray(value) && Object.prototype.hasOwnProperty.call(value, name) ? value[name] : undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
};

/** "job_id, status" of an object: what a misspelt path could have meant. */
const fields_of = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? `the fields ${Object.keys(value).join(', ') || '(none)'}` : JSON.stringify(value);

const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal && signal.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    if (signal) signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });

const retry_after_ms = (response) => {
  const field = response.headers.get('retry-after');
  if (!field) return 0;
  const delay = /^\d+$/.test(field) ? Number(field) * 1000 : Date.parse(field) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : 0;
};

/** One answer as `{ done: body }`, `{ pause }`, or a thrown TamarackWaitError; the same meanings as in the agent's table. */
const judge = async (response, condition, memory, name) => {
  const bad = (outcome, message) => { throw new TamarackWaitError(outcome, `${name} ${outcome}: ${message}`); };
  const { status } = response;
  const text = (await response.text()).slice(0, 1 << 20);
  if (status === 404 || status === 410) {
    if (memory.seen) bad('lost', `it was there before, and now the answer is ${status}`);
    memory.missing_since ??= Date.now();
    if (status === 410 || Date.now() - memory.missing_since >= NOT_FOUND_MAX_MS)
      bad('invalid', `${condition.http.url} is answered with ${status}: it was never there: ${text.slice(0, 300)}`);
    return { pause: retry_after_ms(response) };
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { trouble: `answered ${status}`, pause: retry_after_ms(response) };
  if (status < 200 || status > 299) bad('invalid', `${condition.http.url} is answered with ${status}: ${text.slice(0, 300)}`);
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    bad('invalid', `expected JSON from ${condition.http.url}, got ${response.headers.get('content-type') || 'no content type'}: ${text.slice(0, 300)}`);
  }
  const word = read_path(condition.field, body);
  if (word === undefined) bad('invalid', `the answer has no ${condition.field}; it has ${fields_of(body)}`);
  const map = condition.map || COMMON_MAP;
  const meaning = Object.prototype.hasOwnProperty.call(map, String(word)) ? map[String(word)] : '';
  if (!meaning) bad('invalid', `${condition.field} is '${word}', which is none of ${Object.keys(map).join(', ')}`);
  memory.seen = true;
  memory.last = String(word);
  memory.missing_since = null;
  if (meaning === 'satisfied') return { done: body };
  if (meaning === 'going_on') return { pause: retry_after_ms(response) };
  const own_words = read_path(condition.error_field, body);
  return bad(meaning, own_words === undefined || own_words === null ? `the backend says ${word}` :
    typeof own_words === 'string' ? own_words : JSON.stringify(own_words));
};

/** Without Tamarack: asks again and again, every `max_ms` of the wish's pace. Same outcomes, no push. Resolves with the last body. */
const poll = async (wish, signal) => {
  const [condition] = wish.conditions;
  const deadline = Date.now() + wish.timeout_ms;
  const memory = { seen: false, last: '', missing_since: null, silent_since: null, why: '' };
  for (;;) {
    let verdict;
    try {
      const limit = AbortSignal.timeout(Math.max(LAST_LOOK_MS, Math.min(REQUEST_MAX_MS, deadline - Date.now())));
      const { method = 'GET', headers, url } = condition.http;
      const response = await fetch(url, { method, headers, redirect: 'manual', signal: signal ? AbortSignal.any?.([signal, limit]) ?? limit : limit });
      verdict = await judge(response, condition, memory, wish.name);
    } catch (error) {
      if (error instanceof TamarackWaitError || (signal && signal.aborted)) throw error;
      verdict = { trouble: String((error.cause && error.cause.message) || error.message), pause: 0 };
    }
    if ('done' in verdict) return verdict.done;
    memory.why = verdict.trouble || '';
    memory.silent_since = verdict.trouble ? memory.silent_since ?? Date.now() : null;
    const waits_as_told = verdict.trouble && verdict.pause > 0;
    if (memory.silent_since !== null && !waits_as_told && Date.now() - memory.silent_since >= NO_ANSWER_MAX_MS)
      throw new TamarackWaitError(memory.seen ? 'lost' : 'invalid', `${wish.name} ${memory.seen ? 'lost' : 'invalid'}: nobody answers at ${condition.http.url}: ${memory.why}`);
    const left = deadline - Date.now();
    if (left <= 0)
      throw new TamarackWaitError('timed_out', `${wish.name} timed out after ${seconds(wish.timeout_ms)}; ` +
        (memory.why ? `last: ${memory.why}` : `last status ${memory.last || 'none'}`));
    await pause(Math.min(left, Math.max(wish.pace.max_ms, verdict.pause)), signal);
  }
};

module.exports = {
  COMMON_MAP, TamarackWaitError, agent_of, check_id, fields_of, job_wish, poll, read_path, status_path, wait_on_agent,
};
