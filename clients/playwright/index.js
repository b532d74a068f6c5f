// Captures and waits of Tamarack as a Playwright fixture. Thin: the agent waits, the reporter shim carries captures. Outside of Tamarack
// captures still work within a test; waits say that they need it, and only pollForJobStatus polls by itself.
'use strict';

const fs = require('fs');
const { createRequire } = require('module');
const path = require('path');
const { TamarackWaitError, agent_of, check_id, fields_of, job_wish, poll, read_path, status_path, wait_on_agent } = require('./agent.js');

const CAPTURE_ANNOTATION = 'tamarack.capture'; // read and taken away by the reporter shim
const CAPTURE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CAPTURES_MAX = 64; // of one test
const CAPTURE_BYTES_MAX = 64 * 1024;

let said_that_it_polls = false;

/** The place of an error is the test's call, not a line in this package. */
const at_callers_place = (error, stack) => {
  const frames = String(stack).split('\n').slice(1).filter((line) => !line.includes(__dirname));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
};

/** An error that is the fault of the line that called `method`, and points there. */
const at_call_of = (method, error) => {
  Error.captureStackTrace(error, method);
  return error;
};

const same_titles = (left, right) => left.length === right.length && left.every((title, index) => title === right[index]);

/** A test's identity as the shim tells it: two projects of one name and repetitions have numbers. */
const identity_of = (info) => {
  const name = info.project.name || '';
  const namesakes = info.config.projects.filter((project) => (project.name || '') === name);
  const index = namesakes.findIndex((project) => project === info.project);
  const label = index > 0 ? `${name} #${index + 1}`.trim() : name;
  const repeat = (info.repeatEachIndex || 0) + 1;
  return {
    spec: path.relative(process.cwd(), info.file).split(path.sep).join('/'),
    title_path: info.titlePath.slice(1),
    parameters: (label + (repeat > 1 ? ` repeat ${repeat}` : '')).trim(),
  };
};

/** What earlier phases of this test's flow have captured, and what the run was given. */
const read_captured = (env, identity) => {
  const alone = env.TAMARACK_CAPTURES_JSON ? JSON.parse(env.TAMARACK_CAPTURES_JSON) : {}; // for plain `npx playwright test`
  if (!env.TAMARACK_CAPTURES) return alone;
  const { flows = [], given = {} } = JSON.parse(fs.readFileSync(env.TAMARACK_CAPTURES, 'utf8'));
  const named = ({ tests }) => tests.filter((test) => same_titles(test.title_path, identity.title_path) && test.parameters === identity.parameters);
  // A test that a helper file declares has another file than its spec; its titles still tell it.
  const flow = flows.find((one) => named(one).some((test) => test.spec === identity.spec)) || flows.find((one) => named(one).length > 0);
  return { ...alone, ...given, ...(flow ? flow.captures : {}) };
};

class Tamarack {
  constructor(info, base_url, env = process.env) {
    this._info = info;
    this._base_url = base_url;
    this._agent = agent_of(env);
    this._captured = read_captured(env, identity_of(info));
    this._own = new Set();
    this._closing = new AbortController();
    this._waits_open = 0;
    this._held = null; // the test's own limit, and when the first of the open waits began
  }

  /** Whether this test runs under Tamarack. */
  get isPresent() {
    return this._agent !== null;
  }

  capture(name, value) {
    const refuse = (error) => { throw at_call_of(this.capture, error); };
    if (!CAPTURE_NAME.test(name)) refuse(new TypeError(`a capture's name has letters, digits and '_' and does not begin with a digit, got '${name}'`));
    const json = JSON.stringify(value);
    if (json === undefined) refuse(new TypeError(`capture '${name}': ${String(value)} is no value; was a field misspelt where it was read?`));
    if (Buffer.byteLength(json) > CAPTURE_BYTES_MAX) refuse(new RangeError(`capture '${name}' has ${Buffer.byteLength(json)} bytes, at most ${CAPTURE_BYTES_MAX} are kept`));
    this._own.add(name);
    if (this._own.size > CAPTURES_MAX) refuse(new RangeError(`capture '${name}' is one too many: a test has at most ${CAPTURES_MAX}`));
    this._captured[name] = JSON.parse(json);
    this._info.annotations.push({ type: CAPTURE_ANNOTATION, description: JSON.stringify({ name, value }) });
    return value;
  }

  captures() {
    return { ...this._captured };
  }

  captured(name) {
    if (Object.prototype.hasOwnProperty.call(this._captured, name)) return this._captured[name];
    const names = Object.keys(this._captured);
    throw at_call_of(this.captured, new Error(`nothing was captured as '${name}'; ${names.length ? `captured: ${names.join(', ')}` : 'nothing was captured at all'}`));
  }

  async waitFor(wish, options = {}) {
    const stack = new Error().stack;
    const agent = this._need_agent('waitFor');
    const whole = { timeout_ms: 600_000, ...wish, ...(options.timeout && { timeout_ms: options.timeout }) };
    return this._waiting(whole.timeout_ms, stack, () => wait_on_agent(agent, this._rebased(whole), this._captured, this._closing.signal));
  }

  async awaitJob(target, options = {}) {
    const stack = new Error().stack;
    const agent = this._need_agent('awaitJob');
    const wish = job_wish(this._job_of(target, stack), options);
    return this._waiting(wish.timeout_ms, stack, () => this._last_body(agent, wish));
  }

  async pollForJobStatus(id, options = {}) {
    const stack = new Error().stack;
    const checked = check_id(id, 'pollForJobStatus', stack);
    const wish = this._rebased(job_wish({ ...options, id: checked, url: options.url || status_path(checked) }, options));
    if (this._agent) return this._waiting(wish.timeout_ms, stack, () => this._last_body(this._agent, wish));
    if (!said_that_it_polls) process.stderr.write(`tamarack: this test does not run under Tamarack, so ${wish.name} is polled every ${wish.pace.max_ms} ms\n`);
    said_that_it_polls = true;
    const { url } = wish.conditions[0].http;
    if (!/^https?:/.test(url)) throw new TamarackWaitError('invalid', `'${url}' needs use.baseURL in playwright.config`);
    return this._waiting(wish.timeout_ms, stack, () => poll(wish, this._closing.signal));
  }

  async captureResponse(name, url, json_path, page) {
    const { stack } = new Error();
    const refuse = (message) => { throw at_callers_place(new Error(`capture '${name}': ${message}`), stack); };
    const response = await page.waitForResponse(url);
    const asked = `${response.request().method()} ${response.url()}`;
    let body;
    try {
      body = await response.json();
    } catch {
      refuse(`${asked} was answered with ${response.status()} and no JSON`);
    }
    const value = read_path(json_path, body);
    if (value === undefined || value === null)
      refuse(`the answer to ${asked} (${response.status()}) has no ${json_path}; it has ${fields_of(body)}`);
    return this.capture(name, value);
  }

  // ---- not for tests

  /** What still waits is cancelled: the test is over. */
  _close() {
    this._closing.abort(new Error('the test ended'));
  }

  _need_agent(method) {
    if (this._agent) return this._agent;
    throw new Error(`tamarack.${method} needs Tamarack, and this test does not run under it: start it with \`tamarack run\`, or use pollForJobStatus, which can poll alone`);
  }

  _job_of(target, stack) {
    if (typeof target === 'string' && (target.startsWith('/') || /^https?:/.test(target))) return { url: target };
    if (target === null || typeof target !== 'object') return { url: check_id(target, 'awaitJob', stack) };
    const url = target.url || target.statusUrl || target.status_url;
    if (url) return { ...target, url };
    const id = check_id(target.id ?? target.job_id ?? target.jobId, 'awaitJob', stack);
    return { ...target, id, url: status_path(id) };
  }

  /** Addresses that begin with '/' belong to what the tests themselves visit; the agent only knows its own worker's application. */
  _rebased(wish) {
    if (!this._base_url || !Array.isArray(wish.conditions)) return wish;
    const absolute = (url) => (typeof url === 'string' && url.startsWith('/') ? new URL(this._base_url).origin + url : url);
    const conditions = wish.conditions.map((one) =>
      one && one.http ? { ...one, http: { ...one.http, url: absolute(one.http.url), ...(one.http.events && { events: absolute(one.http.events) }) } } : one);
    return { ...wish, conditions };
  }

  async _last_body(agent, wish) {
    return (await wait_on_agent(agent, this._rebased(wish), this._captured, this._closing.signal)).captures.body;
  }

  async _waiting(limit_ms, stack, action) {
    this._hold_limit(limit_ms);
    try {
      return await action();
    } catch (error) {
      throw at_callers_place(error, stack);
    } finally {
      this._release_limit();
    }
  }

  /** Playwright's own limit of the test stands still while it waits; each wait has a limit of its own, and several may be open at once. */
  _hold_limit(limit_ms) {
    if (this._waits_open++ === 0) this._held = { timeout: this._info.timeout, began: Date.now() };
    const { timeout, began } = this._held;
    const needed = timeout + (Date.now() - began) + limit_ms + 10_000;
    if (timeout > 0 && needed > this._info.timeout) this._info.setTimeout(needed);
  }

  _release_limit() {
    if (--this._waits_open > 0) return;
    const { timeout, began } = this._held;
    if (timeout > 0) this._info.setTimeout(timeout + (Date.now() - began));
  }
}

const fixtures = {
  tamarack: async ({ baseURL }, use, info) => {
    const tamarack = new Tamarack(info, baseURL);
    await use(tamarack);
    tamarack._close();
  },
};

/** The copy of Playwright that runs this process: a second one would refuse to work. */
const find_playwright = () => {
  const main = require.main && require.main.filename;
  for (const from of [main, path.join(process.cwd(), 'package.json'), __filename])
    for (const name of ['@playwright/test', 'playwright/test'])
      try {
        if (from) return createRequire(from)(name);
      } catch {
        // The next place, or none: `fixtures` still works with test.extend().
      }
  return null;
};

const playwright = find_playwright();
exports.fixtures = fixtures;
exports.test = playwright ? playwright.test.extend(fixtures) : undefined;
exports.expect = playwright ? playwright.expect : undefined;
exports.Tamarack = Tamarack;
exports.TamarackWaitError = TamarackWaitError;
