// Tells Tamarack what Mocha finds and runs, as event lines (docs/design/2026-11-21-event-lines.md).
//
// Loaded with `mocha --require <this file>` (Mocha 9 to 12; `mochaOpts.require` in WebdriverIO), not as a reporter: Mocha
// has room for one reporter only, and that one belongs to the user. It listens to the runner that the user's reporter
// listens to. Without TAMARACK_EVENTS it does nothing. It refuses to change the result: whatever goes wrong in here is
// swallowed. It also refuses Mocha's parallel mode, whose processes hide the tests from each other; the agent runs
// several Mochas instead.
'use strict';

const fs = require('fs');
const path = require('path');
const { fileURLToPath } = require('url');

const TAIL_BYTES = 16 * 1024; // The contract's limit for captured output.
const TEXT_CHARS = 64 * 1024; // An assertion on a huge string must not become a huge line.
const SNIPPET_LINES = 3; // Lines shown before and after the one that failed.

// eslint-disable-next-line no-control-regex
const COLOUR = /[\u001b\u009b][[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\u0007)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]))/g;

const root_dir = process.cwd();
const discovering = process.env.TAMARACK_MODE === 'discover';

const plain = (text) => {
  const clean = String(text ?? '').replace(COLOUR, '');
  return clean.length > TEXT_CHARS ? clean.slice(0, TEXT_CHARS) + '… (cut)' : clean;
};

/** JSON that every parser accepts: a lone surrogate, legal in a JavaScript string, becomes U+FFFD. */
const to_json = (value) => {
  const json = JSON.stringify(value);
  if (!json.includes('\\ud')) return json;
  return json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.length === 6 ? '\\ufffd' : escape));
};

/** Appends lines, each with one write; after a failed or partial write the next line starts afresh. */
class EventFile {
  constructor(file) {
    this.torn = false;
    this.fd = fs.openSync(file, 'a');
  }

  write(event) {
    const line = Buffer.from((this.torn ? '\n' : '') + to_json(event) + '\n');
    this.torn = true;
    this.torn = fs.writeSync(this.fd, line) !== line.length;
  }
}

let events = null;
let complained = false;
const places = new WeakMap(); // Where each test is declared; Mocha itself does not keep it.

/** Nothing that fails in here may fail a test or the run. */
const guard = (action) => {
  try {
    return action();
  } catch (error) {
    if (!complained) process.stderr.write(`tamarack: cannot write events: ${error && error.message}\n`);
    complained = true;
    return undefined;
  }
};

const relative = (file) => path.relative(root_dir, file).split(path.sep).join('/');
const whole = (milliseconds) => Math.max(0, Math.round(milliseconds || 0));
const key_of = ({ spec, title_path, parameters }) => to_json([spec, title_path, parameters || '']);

/** The first place in a stack that belongs to the user: inside the suite's root, not in node_modules and not in here. */
const place_of = (stack) => {
  for (const line of String(stack || '').split('\n')) {
    // Mocha shortens the paths below its folder to relative ones.
    const match = /(?:\(|at )([^()]+?):(\d+):(\d+)\)?$/.exec(line.trim());
    if (!match || match[1].startsWith('node:')) continue;
    const file = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1];
    const absolute = path.resolve(root_dir, file);
    if (absolute === __filename) continue; // The state folder, and this file in it, may lie inside the suite's root.
    const name = relative(absolute);
    if (name.startsWith('../') || name.includes('node_modules/')) continue;
    return { file: name, line: Number(match[2]), column: Number(match[3]) };
  }
  return { file: '', line: 0, column: 0 };
};

const snippet_of = ({ file, line, column }) => {
  if (!file) return '';
  try {
    const lines = fs.readFileSync(path.join(root_dir, file), 'utf8').split('\n');
    const first = Math.max(1, line - SNIPPET_LINES);
    const shown = [];
    for (let number = first; number <= Math.min(lines.length, line + SNIPPET_LINES); ++number) {
      const mark = number === line ? '>' : ' ';
      shown.push(`${mark} ${String(number).padStart(4)} | ${lines[number - 1]}`);
      if (number === line) shown.push(`       | ${' '.repeat(Math.max(0, column - 1))}^`);
    }
    return plain(shown.join('\n'));
  } catch {
    return ''; // A generated or removed file has no text to show.
  }
};

const error_of = (error, prefix = '') => {
  const is_error = error && typeof error === 'object';
  let message = is_error ? String(error.message || error.name || 'unknown error') : `thrown: ${String(error)}`;
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  if (is_error && error.showDiff !== false && 'expected' in error && error.expected !== undefined && 'actual' in error)
    message += guard(() => `\nexpected: ${text(error.expected)}\nactual: ${text(error.actual)}`) || '';
  const place = place_of(is_error ? error.stack : '');
  return { message: plain(prefix + message), stack: plain(is_error ? error.stack : ''), ...place, snippet: snippet_of(place) };
};

/** What a test has captured, by `this.tamarackCapture(name, value)` or in `this.test.tamarackCaptures` (a list, or an object by name). */
const captures_of = (test) => {
  const made = test.tamarackCaptures;
  if (!made || typeof made !== 'object') return [];
  const list = Array.isArray(made) ? made : Object.entries(made).map(([name, value]) => ({ name, value }));
  return list.map((one) => {
    const { name, value } = one && typeof one === 'object' ? one : { name: '', value: plain(one) };
    // What JSON cannot say (a function, a cycle) is left without a value, which the report then says.
    const json = guard_quietly(() => JSON.stringify(value));
    return { name: String(name ?? ''), ...(json !== undefined && { value: JSON.parse(json) }) };
  });
};

const guard_quietly = (action) => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/** How much of $TAMARACK_OUTPUT there is: its lines up to here belong to the test that has just ended. */
const output_bytes = () => {
  const stat = process.env.TAMARACK_OUTPUT && fs.statSync(process.env.TAMARACK_OUTPUT, { throwIfNoEntry: false });
  return stat ? stat.size : 0;
};

/** Keeps the end of what is printed while a test or a hook runs; the text still goes where it went. */
class Capture {
  constructor() {
    this.open = false;
    this.take();
    for (const name of ['stdout', 'stderr']) this.tap(name);
  }

  tap(name) {
    const stream = process[name];
    const write = stream.write;
    const capture = this;
    stream.write = function (chunk, encoding, ...rest) {
      if (capture.open) guard(() => capture.keep(name, Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')));
      return write.call(this, chunk, encoding, ...rest);
    };
  }

  keep(name, bytes) {
    const all = Buffer.concat([this.kept[name], bytes]);
    let start = Math.max(0, all.length - TAIL_BYTES);
    while (start > 0 && start < all.length && (all[start] & 0xc0) === 0x80) ++start;
    this.kept[name] = all.subarray(start);
  }

  take() {
    const { stdout = '', stderr = '' } = this.kept || {};
    this.kept = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    return { stdout: stdout.toString(), stderr: stderr.toString() };
  }
}

/** What is known of the tests of one Mocha instance, from the loaded tree to the last event. */
class Account {
  constructor(root, grep, invert) {
    this.identities = new Map();
    this.seen_keys = new Map();
    this.planned = [];
    this.finished = new Set();
    this.told = new WeakSet(); // The tries whose line is written.
    this.failed_suites = new Map();
    this.open_test = null;
    this.selection = null;
    if (!discovering && process.env.TAMARACK_SELECTION) {
      this.selection = new Set(); // An unreadable selection selects nothing: running all tests would be worse.
      guard(() => {
        const { tests } = JSON.parse(fs.readFileSync(process.env.TAMARACK_SELECTION, 'utf8'));
        this.selection = new Set(tests.map(key_of));
      });
    }
    if (root.hasOnly()) root.filterOnly(); // Mocha does the same a moment later.
    const tests = [];
    root.eachTest((test) => tests.push(test));
    for (const test of tests) this.identity_of(test);
    const pattern = grep && typeof grep === 'string' ? new RegExp(grep) : grep;
    for (const test of tests) {
      const matches = !pattern || Boolean(invert) !== test.fullTitle().search(pattern) >= 0;
      if (matches && this.is_selected(test)) this.planned.push(test);
      else if (this.selection) test.parent.tests.splice(test.parent.tests.indexOf(test), 1);
    }
  }

  /** Mocha allows equal titles side by side; from the second on the number tells them apart. */
  identity_of(test) {
    const original = (test.retriedTest && test.retriedTest()) || test;
    const known = this.identities.get(original);
    if (known) return known;
    const identity = { spec: original.file ? relative(original.file) : '', title_path: original.titlePath(), parameters: '' };
    const key = key_of(identity);
    const number = (this.seen_keys.get(key) || 0) + 1;
    this.seen_keys.set(key, number);
    if (number > 1) identity.parameters = `#${number}`;
    this.identities.set(original, identity);
    return identity;
  }

  is_selected(test) {
    return !this.selection || this.selection.has(key_of(this.identity_of(test)));
  }

  list(framework_version) {
    events.write({
      type: 'suite', v: 1, mode: discovering ? 'discover' : 'run', framework: 'mocha', framework_version, root_dir,
      tests: this.planned.length,
    });
    if (!discovering) return;
    for (const test of this.planned) {
      const words = test.titlePath().join(' ');
      events.write({
        type: 'test', ...this.identity_of(test), ...(places.get(test) || { line: 0, column: 0 }),
        tags: [...new Set((words.match(/(?<=^|\s)@[^\s@]+/g) || []).map((tag) => tag.slice(1)))],
        annotations: [], group: 'file', expect: test.isPending() ? 'skip' : 'run', timeout_ms: test.timeout() || 0,
      });
    }
  }

  begin(test) {
    this.settle();
    const at_ms = Date.now();
    this.open_test = { test, started_ms: at_ms, status: '', errors: [], final: false };
    events.write({ type: 'test_started', ...this.identity_of(test), retry: retry_of(test), at_ms });
  }

  conclude(test, status, error, final = true) {
    if (this.told.has(test)) return this.failed_late(test, error);
    if (!this.open_test || this.open_test.test !== test) {
      this.settle();
      this.open_test = { test, started_ms: Date.now(), status: '', errors: [], final: false };
    }
    const { open_test } = this;
    if (error !== undefined) open_test.errors.push(error_of(error));
    open_test.final = open_test.final || final; // `done` called again counts as a failure although the test is tried again.
    if (open_test.status === 'failed' || open_test.status === 'timed_out') return;
    open_test.status = status;
    open_test.duration_ms = test.duration === undefined ? Date.now() - open_test.started_ms : test.duration;
  }

  /** `done` called again, long after: the test's line is written and counts, and the test that runs now stays open. */
  failed_late(test, error) {
    const name = this.identity_of(test).title_path.join(' › ');
    events.write({ type: 'error', error: error_of(error, `'${name}' failed after it had ended: `) });
  }

  /** A hook fails the test it belongs to; a "before" hook also keeps the rest of its suite from running. */
  hook_failed(hook, error) {
    // Mocha appends the test or suite it happened in; the entry stands with that test already.
    const name = String(hook.title).replace(/ (?:for|in) ".*"$/s, '');
    const prefix = `${name} failed: `;
    const entry = { ...error_of(error, prefix), timed_out: is_timeout(error) };
    if (hook.title.startsWith('"after each"')) {
      if (this.open_test) this.fail_open(entry);
      this.failed_suites.set(hook.parent, { entry, name });
    } else if (hook.title.startsWith('"before')) {
      if (hook.title.startsWith('"before each"') && this.open_test) this.fail_open(entry);
      else this.settle();
      this.failed_suites.set(hook.parent, { entry, name });
    } else {
      this.settle();
      events.write({ type: 'error', error: without_timeout(entry) });
    }
  }

  fail_open(entry) {
    const { open_test } = this;
    open_test.errors.push(without_timeout(entry));
    // The framework has counted a hook's failure already, so it will not try this test again.
    open_test.final = true;
    open_test.status = entry.timed_out ? 'timed_out' : 'failed';
    open_test.duration_ms = Date.now() - open_test.started_ms;
  }

  /** Writes the test that was waiting for its "after each" hooks. */
  settle() {
    const done = this.open_test;
    this.open_test = null;
    if (!done || !done.status) return;
    this.told.add(done.test);
    if (done.final) this.finished.add(this.identity_of(done.test));
    events.write({
      type: 'test_finished', ...this.identity_of(done.test), retry: retry_of(done.test), status: done.status, final: done.final,
      started_ms: done.started_ms, duration_ms: whole(done.duration_ms), errors: done.errors, ...capture.take(),
      annotations: [], captures: captures_of(done.test), output_bytes: output_bytes(), attachments: [], steps: [],
    });
  }

  /** Tests that a failed hook kept from running are failed, with the hook's error: nothing is known about them. */
  suite_ended(suite) {
    this.settle();
    const failure = this.failed_suites.get(suite);
    if (!failure) return;
    this.failed_suites.delete(suite);
    suite.eachTest((test) => {
      const identity = this.identity_of(test);
      if (this.finished.has(identity) || !this.is_selected(test) || !this.planned.includes(test)) return;
      this.finished.add(identity);
      events.write({
        type: 'test_finished', ...identity, retry: 0, status: test.isPending() ? 'skipped' : 'failed', final: true,
        started_ms: Date.now(), duration_ms: 0, errors: test.isPending() ? [] : [without_timeout(failure.entry)], stdout: '', stderr: '',
        annotations: test.isPending() ? [] : [{ type: 'did_not_run', description: `${failure.name} failed` }],
        captures: [], output_bytes: output_bytes(), attachments: [], steps: [],
      });
    });
  }

  end(runner) {
    this.settle();
    const status = runner._abort ? 'interrupted' : runner.failures ? 'failed' : 'passed';
    events.write({ type: 'end', status, tests_finished: this.finished.size });
  }
}

const retry_of = (test) => (test.currentRetry ? Math.max(0, test.currentRetry()) : 0);
const is_timeout = (error) => Boolean(error && error.code === 'ERR_MOCHA_TIMEOUT');
const without_timeout = ({ timed_out, ...error }) => error;

let capture = null;

/** Registers for the events of one runner. The outcome events come before the user's reporter prints about them. */
const follow = (runner, account) => {
  const on = (name, action) => runner.on(name, (...args) => guard(() => action(...args)));
  const first = (name, action) => runner.prependListener(name, (...args) => guard(() => action(...args)));
  let was_open = false;
  const closing = (name) => runner.prependListener(name, () => { was_open = capture.open; capture.open = false; });
  const is_hook = (runnable) => runnable && runnable.type === 'hook';

  on('test', (test) => account.is_selected(test) && (account.begin(test), capture.take(), (capture.open = true)));
  on('hook', (hook) => {
    if (!/^"(before|after) each"/.test(hook.title)) account.settle();
    capture.open = true;
  });
  first('pass', (test) => account.is_selected(test) && account.conclude(test, 'passed'));
  first('pending', (test) => account.is_selected(test) && account.conclude(test, 'skipped'));
  first('retry', (test, error) => account.conclude(test, is_timeout(error) ? 'timed_out' : 'failed', error, false));
  first('fail', (runnable, error) => {
    if (is_hook(runnable)) return account.hook_failed(runnable, error);
    if (runnable.type === 'test')
      return account.conclude(runnable, is_timeout(error) ? 'timed_out' : 'failed', error);
    events.write({ type: 'error', error: error_of(error) });
  });
  for (const name of ['pass', 'fail', 'pending', 'retry', 'test end', 'hook end', 'suite end', 'end']) closing(name);
  // After the user's reporter has printed about it: a late failure of another test ends no capture.
  on('fail', (runnable) => { if (account.told.has(runnable)) capture.open = was_open; });
  on('suite', () => account.settle());
  on('suite end', (suite) => account.suite_ended(suite));
  on('end', () => account.end(runner));
};

/** An error before any test: there is no runner yet, so the whole story is told here. */
const report_failed_load = (Mocha, error) =>
  guard(() => {
    if (report_failed_load.done) return;
    report_failed_load.done = true;
    events.write({
      type: 'suite', v: 1, mode: discovering ? 'discover' : 'run', framework: 'mocha', framework_version: version_of(Mocha),
      root_dir, tests: 0,
    });
    events.write({ type: 'error', error: error_of(error) });
    events.write({ type: 'end', status: 'failed', tests_finished: 0 });
  });

const version_of = (Mocha) => String(Mocha.prototype.version || '');

/** In a test `this.test` is the test; in its hooks it is the hook, and `this.currentTest` the test. */
const offer_captures = (Mocha) => {
  const prototype = Mocha.Context && Mocha.Context.prototype;
  if (!prototype || prototype.tamarackCapture) return;
  prototype.tamarackCapture = function (name, value) {
    const test = this.test && this.test.type === 'test' ? this.test : this.currentTest || this.test;
    if (!Array.isArray(test.tamarackCaptures)) test.tamarackCaptures = captures_of(test);
    test.tamarackCaptures.push({ name, value });
    return value;
  };
};

const install = (Mocha) => {
  guard(() => offer_captures(Mocha));
  const accounts = new WeakMap();
  const { run, loadFiles, loadFilesAsync, runGlobalSetup } = Mocha.prototype;
  const runner_run = Mocha.Runner.prototype.run;
  const account_of = (root, grep, invert) => {
    if (!accounts.has(root)) accounts.set(root, guard(() => new Account(root, grep, invert)));
    return accounts.get(root);
  };

  Mocha.prototype.loadFiles = function (...args) {
    try {
      return loadFiles.apply(this, args);
    } catch (error) {
      report_failed_load(Mocha, error);
      throw error;
    }
  };
  Mocha.prototype.loadFilesAsync = function (...args) {
    return loadFilesAsync.apply(this, args).catch((error) => {
      report_failed_load(Mocha, error);
      throw error;
    });
  };
  if (runGlobalSetup)
    Mocha.prototype.runGlobalSetup = function (...args) {
      return runGlobalSetup.apply(this, args).catch((error) => {
        guard(() => events.write({ type: 'error', error: error_of(error, 'global set-up failed: ') }));
        throw error;
      });
    };

  if (discovering) {
    const { addTest } = Mocha.Suite.prototype;
    Mocha.Suite.prototype.addTest = function (test) {
      const { line, column } = guard(() => place_of(new Error().stack)) || { line: 0, column: 0 };
      places.set(test, { line, column });
      return addTest.call(this, test);
    };
  }

  // Before the user's reporter is made, so that it counts only what is going to run.
  Mocha.prototype.run = function (...args) {
    if (discovering) Object.assign(this.options, { dryRun: true, enableGlobalSetup: false, enableGlobalTeardown: false });
    if (this.files.length && !this._lazyLoadFiles) {
      this.loadFiles();
      this._lazyLoadFiles = true;
    }
    if (this._runnerClass !== Mocha.Runner)
      report_failed_load(Mocha, new Error("mocha's parallel mode is not supported: pass --no-parallel"));
    else if (!this.options.delay) account_of(this.suite, this.options.grep, this.options.invert);
    return run.apply(this, args);
  };

  Mocha.Runner.prototype.run = function (...args) {
    const start = () => {
      const account = account_of(this.suite, this._grep, this._invert);
      if (!account) return;
      this.total = this.grepTotal(this.suite);
      guard(() => {
        account.list(version_of(Mocha));
        if (!discovering) follow(this, account);
        else this.on('end', () => guard(() => events.write({ type: 'end', status: 'passed', tests_finished: 0 })));
      });
    };
    // With --delay the tests do not exist before the suite says so.
    if (this._opts && this._opts.delay) this.suite.prependOnceListener('run', start);
    else start();
    return runner_run.apply(this, args);
  };
};

/** Mocha has loaded itself before it loads this file; its own copy is the one to listen to. */
const find_mocha = () =>
  Object.values(require.cache).find((module) => /[\\/]mocha[\\/]lib[\\/]mocha\.c?js$/.test(module.filename || ''));

if (process.env.TAMARACK_EVENTS)
  guard(() => {
    if (process.env.MOCHA_WORKER_ID) return; // The main process of the parallel mode says that it is not supported.
    const found = find_mocha();
    events = new EventFile(process.env.TAMARACK_EVENTS);
    if (!found) {
      events.write({ type: 'error', error: error_of(new Error('no mocha was found in this process')) });
      return;
    }
    capture = new Capture();
    install(found.exports);
  });
