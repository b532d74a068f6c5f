// Tells Tamarack what Playwright finds and runs, as event lines (docs/design/2026-11-21-event-lines.md).
//
// Playwright loads this class as one more reporter (`PW_TEST_REPORTER=<this file>`, which every version since 1.35
// honours, or `--add-reporter`), so the user's own reporters stay. Without TAMARACK_EVENTS it does nothing. It refuses
// to influence the result: whatever goes wrong in here is swallowed, and the missing lines speak for themselves.
//
// Private fields of Playwright (`_parallelMode`, `_workerHash`, `_only`) are read only with a public or a cautious
// alternative behind them: an unknown mode makes the whole file one group, which is slower but never wrong.
'use strict';

const fs = require('fs');
const path = require('path');

const STEPS_MAX = 200; // A page test may have thousands of calls; the report shows the first ones.
const TAIL_BYTES = 16 * 1024; // The contract's limit for captured output.
const INLINE_BYTES = 8 * 1024 * 1024; // Larger attachment bodies become files beside the event file.
const TEXT_CHARS = 64 * 1024; // An assertion on a huge string must not become a huge line.

// eslint-disable-next-line no-control-regex
const COLOUR = /[\u001b\u009b][[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\u0007)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]))/g;

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
    this.file = file;
    this.attachments_written = 0;
    this.torn = false;
    this.fd = fs.openSync(file, 'a');
  }

  write(event) {
    const line = Buffer.from((this.torn ? '\n' : '') + to_json(event) + '\n');
    this.torn = true;
    this.torn = fs.writeSync(this.fd, line) !== line.length;
  }

  /** Where a body that is too large for a line goes. */
  spill(body) {
    const file = path.resolve(`${this.file}.${process.pid}.${++this.attachments_written}.attachment`);
    fs.writeFileSync(file, body);
    return file;
  }
}

/** The last bytes of what a test printed, cut between characters. */
const tail_of = (chunks) => {
  const all = Buffer.concat((chunks || []).map((chunk) => Buffer.from(chunk)));
  if (all.length <= TAIL_BYTES) return all.toString();
  let start = all.length - TAIL_BYTES;
  while (start < all.length && (all[start] & 0xc0) === 0x80) ++start;
  return all.subarray(start).toString();
};

const annotations_of = (list) =>
  (list || []).map(({ type, description }) => ({ type: String(type), description: plain(description) }));

const CAPTURE = 'tamarack.capture'; // the annotations that clients/playwright makes

/** Annotations for people, and the captures among them; one that cannot be read has no name, which the report then says. */
const split_annotations = (list) => {
  const captures = (list || []).filter(({ type }) => type === CAPTURE).map(({ description }) => {
    try {
      const { name, value } = JSON.parse(description);
      return { name: String(name), value };
    } catch {
      return { name: '', value: plain(description) };
    }
  });
  return { annotations: annotations_of((list || []).filter(({ type }) => type !== CAPTURE)), captures };
};

/** How much of $TAMARACK_OUTPUT there is: its lines up to here belong to the test that has just ended. */
const output_bytes = () => {
  const stat = process.env.TAMARACK_OUTPUT && fs.statSync(process.env.TAMARACK_OUTPUT, { throwIfNoEntry: false });
  return stat ? stat.size : 0;
};

/** The tests that `.only` leaves, or null without any `.only`. `--list` ignores the mark, a run obeys it. */
const only_tests = (suite) => {
  const kept = [];
  for (const entry of suite.suites) {
    const inner = only_tests(entry);
    if (inner) kept.push(...inner);
    else if (entry._only) kept.push(...entry.allTests());
  }
  for (const test of suite.tests) if (test._only) kept.push(test);
  return kept.length ? kept : null;
};

class TamarackReporter {
  constructor() {
    this.root_dir = process.cwd();
    this.identities = new Map();
    this.finished = new Set(); // A serial group that runs again ends its tests again.
    this.running = new Set();
    const file = process.env.TAMARACK_EVENTS;
    if (!file) return;
    this.guard(() => {
      this.discovering = process.env.TAMARACK_MODE === 'discover';
      this.events = new EventFile(file);
      if (this.discovering || !process.env.TAMARACK_SELECTION) return;
      this.selection = new Set(); // An unreadable selection selects nothing: running all tests would be worse.
      this.selection = read_selection(process.env.TAMARACK_SELECTION);
    });
  }

  printsToStdio() {
    return false;
  }

  /** Since 1.62 a reporter may take tests out before anything runs; older versions are narrowed by arguments. */
  async preprocess({ config, suite, testRun }) {
    this.guard(() => {
      this.config = config;
      this.public_mode = (entry) => testRun.mode(entry);
      if (this.discovering) this.remember_groups(suite);
      if (!this.selection) return;
      this.note_unlisted(suite);
      for (const test of suite.allTests()) {
        if (this.is_selected(test)) continue;
        try {
          testRun.exclude(test);
        } catch {
          // A test of a project that others depend on always runs; it stays unreported.
        }
      }
    });
    this.public_mode = null;
  }

  onBegin(config, suite) {
    this.guard(() => {
      this.config = config;
      const tests = suite.allTests().filter((test) => this.is_selected(test));
      const listed = this.discovering ? (only_tests(suite) || tests) : tests;
      this.events.write({
        type: 'suite', v: 1, mode: this.discovering ? 'discover' : 'run', framework: 'playwright',
        framework_version: String(config.version || ''), root_dir: this.root_dir, tests: listed.length,
      });
      if (!this.discovering) return;
      if (!this.groups) this.remember_groups(suite);
      for (const test of listed) this.list(test);
      this.note_loaded(suite);
    });
  }

  onTestBegin(test, result) {
    this.guard(() => {
      if (!this.is_selected(test)) return this.note_stranger(test);
      this.running.add(test);
      this.events.write({
        type: 'test_started', ...this.identity_of(test), retry: result.retry, at_ms: Number(result.startTime) || Date.now(),
      });
    });
  }

  onTestEnd(test, result) {
    this.guard(() => {
      if (!this.is_selected(test)) return this.note_stranger(test, result);
      this.running.delete(test);
      const identity = this.identity_of(test);
      const telling = telling_try(test, result);
      const failed = telling.status !== 'skipped' && telling.status !== test.expectedStatus;
      const did_not_run = result.status === 'skipped' && test.expectedStatus !== 'skipped';
      const again = (failed || did_not_run) && result.status !== 'interrupted' && test.results.length <= test.retries;
      const { annotations, captures } = split_annotations(result.annotations || test.annotations);
      if (did_not_run)
        annotations.push({ type: 'did_not_run', description: 'an earlier test or hook of its group failed' });
      const errors = (telling.errors || []).map((error) => this.error_of(error));
      if (failed && telling.status === 'passed')
        errors.push({ ...this.error_of({ message: 'expected to fail, but passed' }), ...this.place_of(test.location) });

      const files = [];
      for (const attachment of result.attachments || []) this.attach(identity, result.retry, attachment, files);
      if (!again) this.finished.add(test);
      this.events.write({
        type: 'test_finished', ...identity, retry: result.retry, status: status_of(test, telling), final: !again,
        started_ms: Number(result.startTime) || Date.now(), duration_ms: whole(result.duration), errors,
        stdout: tail_of(result.stdout), stderr: tail_of(result.stderr), annotations, captures, output_bytes: output_bytes(), attachments: files,
        steps: (result.steps || []).slice(0, STEPS_MAX).map(step_of),
      });
    });
  }

  onError(error) {
    this.guard(() => this.events.write({ type: 'error', error: this.error_of(error) }));
  }

  async onEnd(result) {
    this.guard(() => {
      const status = result.status === 'timedout' ? 'timed_out' : result.status;
      this.events.write({ type: 'end', status, tests_finished: this.finished.size });
    });
  }

  // Nothing below is called by Playwright.

  guard(action) {
    if (this.events === undefined && !process.env.TAMARACK_EVENTS) return;
    try {
      action();
    } catch (error) {
      // The agent sees the gap in the event file; a note on stderr tells a person why.
      if (!this.complained) process.stderr.write(`tamarack: cannot write events: ${error && error.message}\n`);
      this.complained = true;
    }
  }

  relative(file) {
    return path.relative(this.root_dir, file).split(path.sep).join('/');
  }

  /** Two projects may share a name; the later ones get a number, so that identities stay unique. */
  label_of(project_suite) {
    const name = project_suite.title || '';
    const namesakes = (this.config.projects || []).filter((project) => (project.name || '') === name);
    const index = namesakes.indexOf(project_suite.project && project_suite.project());
    return index > 0 ? `${name} #${index + 1}`.trim() : name;
  }

  identity_of(test) {
    const known = this.identities.get(test);
    if (known) return known;
    let file_suite = test.parent;
    while (file_suite.parent && file_suite.parent.parent && file_suite.parent.parent.parent) file_suite = file_suite.parent;
    const repeat = (test.repeatEachIndex || 0) + 1;
    const identity = {
      spec: this.relative((file_suite.location || test.location).file),
      title_path: test.titlePath().slice(3),
      parameters: (this.label_of(file_suite.parent) + (repeat > 1 ? ` repeat ${repeat}` : '')).trim(),
    };
    this.identities.set(test, identity);
    return identity;
  }

  is_selected(test) {
    return !this.selection || this.selection.has(key_of(this.identity_of(test)));
  }

  /** A test that runs although it is not selected: a dependency is silent until it fails, anything else is a fault. */
  note_stranger(test, result) {
    const { title_path, parameters } = this.identity_of(test);
    const name = `'${title_path.join(' › ')}' of project '${parameters}'`;
    if (!result) {
      if (this.is_dependency(test) || this.strangers_noted) return;
      this.strangers_noted = true;
      const message = `${name} ran although it was not selected; this version of Playwright has to be narrowed with --grep`;
      this.events.write({ type: 'error', error: this.error_of({ message, location: test.location }) });
      return;
    }
    const telling = telling_try(test, result);
    const failed = telling.status !== 'skipped' && telling.status !== test.expectedStatus;
    if (!failed || test.results.length <= test.retries) return;
    const error = this.error_of((telling.errors || [])[0] || { message: telling.status });
    error.message = `${name}, which others depend on, ${status_of(test, telling)}: ${error.message}`;
    this.events.write({ type: 'error', error });
  }

  /**
   * The plan may come from a remembered list. A test of a selected file that this list does not hold came later, from something nobody
   * watches (data outside of the project, the date): it is left out of this run, so the run must not pass.
   */
  note_unlisted(suite) {
    const file = process.env.TAMARACK_LISTING;
    if (!file || !fs.existsSync(file)) return;
    const listed = read_selection(file);
    const specs = new Set([...this.selection].map((key) => JSON.parse(key)[0]));
    const missing = (only_tests(suite) || suite.allTests())
      .filter((test) => specs.has(this.identity_of(test).spec) && !listed.has(key_of(this.identity_of(test))));
    if (!missing.length) return;
    const { spec, title_path, parameters } = this.identity_of(missing[0]);
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    const message = `'${spec} › ${title_path.join(' › ')}${parameters ? ` [${parameters}]` : ''}'${more} did not run: added after the ` +
      'list of tests that this run was planned from; the list is forgotten now, run again';
    this.events.write({ type: 'error', error: this.error_of({ message, location: missing[0].location }) });
  }

  /** What this list was made from, as far as it can be known; modules of installed packages are left out. */
  note_loaded(suite) {
    const files = new Set(Object.keys(require.cache));
    files.delete(__filename);
    if (this.config.configFile) files.add(this.config.configFile);
    for (const test of suite.allTests()) files.add(test.location.file);
    for (const project of suite.suites) for (const entry of project.suites) if (entry.location) files.add(entry.location.file);
    const internal = Object.getOwnPropertySymbols(this.config).map((symbol) => this.config[symbol]).find((value) => value && value.webServers);
    this.events.write({
      type: 'loaded', files: [...files].filter((name) => path.isAbsolute(name) && !name.includes('/node_modules/')),
      folders: [...new Set((this.config.projects || []).map(({ testDir }) => testDir))],
      starts_server: Boolean(this.config.webServer || (internal && internal.webServers.length)),
    });
  }

  is_dependency(test) {
    let suite = test.parent;
    while (suite.parent && suite.parent.parent) suite = suite.parent;
    return (this.config.projects || []).some(
      ({ dependencies, teardown }) => (dependencies || []).includes(suite.title) || teardown === suite.title,
    );
  }

  /**
   * Mirrors createTestGroups() of Playwright's runner: outside any parallel mode the tests of a file that share worker
   * fixtures are one group; inside, each test is free unless a serial or default suite holds it.
   */
  remember_groups(root) {
    this.groups = new Map();
    this.serial = new Set();
    const hashes = new Map();
    for (const test of root.allTests()) {
      const { spec, parameters } = this.identity_of(test);
      const hash = test._workerHash || '';
      const per_file = hashes.get(spec + '\0' + parameters) || new Map();
      hashes.set(spec + '\0' + parameters, per_file);
      if (!per_file.has(hash)) per_file.set(hash, per_file.size + 1);

      const chain = [];
      for (let suite = test.parent; suite; suite = suite.parent) chain.unshift(suite);
      const modes = chain.map((suite) => this.mode_of(suite));
      if (modes.includes('serial')) this.serial.add(test);
      const name = [parameters, per_file.size > 1 ? `fixtures ${per_file.get(hash)}` : ''];
      if (modes.includes('parallel')) {
        const index = modes.findIndex((mode) => mode === 'serial' || mode === 'default');
        if (index < 0) {
          this.groups.set(test, '');
          continue;
        }
        // The line tells apart two suites without a title.
        name.push(chain[index].titlePath().slice(3).join(' › '), `line ${chain[index].location ? chain[index].location.line : 0}`);
      } else {
        name.push('file');
      }
      this.groups.set(test, name.filter(Boolean).join(' | '));
    }
  }

  /** The mode a suite itself declares: 'none', 'serial', 'parallel' or 'default'. */
  mode_of(suite) {
    if (suite._parallelMode !== undefined) return suite._parallelMode;
    if (!this.public_mode) return 'none';
    // The public answer includes what the suite inherits; only a change against the parent is its own.
    const mode = this.public_mode(suite);
    return suite.parent && mode === this.public_mode(suite.parent) ? 'none' : mode === 'default' && !suite.parent ? 'none' : mode;
  }

  list(test) {
    const tags = test.tags || test.titlePath().join(' ').match(/@[\S]+/g) || [];
    this.events.write({
      type: 'test', ...this.identity_of(test), line: test.location.line, column: test.location.column,
      tags: [...new Set(tags.map((tag) => tag.replace(/^@/, '')))], annotations: split_annotations(test.annotations).annotations,
      group: this.groups.get(test) || '', serial: this.serial.has(test), expect: test.expectedStatus === 'skipped' ? 'skip' : 'run', timeout_ms: test.timeout,
    });
  }

  attach(identity, retry, attachment, files) {
    const event = {
      type: 'attachment', ...identity, retry, name: String(attachment.name), content_type: String(attachment.contentType || ''),
    };
    if (attachment.path) event.path = path.resolve(attachment.path);
    else if (attachment.body && attachment.body.length > INLINE_BYTES) event.path = this.events.spill(attachment.body);
    else event.body_base64 = Buffer.from(attachment.body || '').toString('base64');
    if (event.path) files.push({ name: event.name, content_type: event.content_type, path: event.path });
    this.events.write(event);
  }

  place_of(location) {
    if (!location) return { file: '', line: 0, column: 0 };
    const file = this.relative(location.file);
    return { file: file.startsWith('../') ? location.file : file, line: location.line || 0, column: location.column || 0 };
  }

  error_of(error) {
    const cause = error && error.cause ? `\ncaused by: ${plain(error.cause.message || error.cause.value)}` : '';
    return {
      message: plain(error.message || error.value || 'unknown error') + cause, stack: plain(error.stack),
      ...this.place_of(error.location), snippet: plain(error.snippet),
    };
  }
}

const whole = (milliseconds) => Math.max(0, Math.round(milliseconds || 0));

const key_of = ({ spec, title_path, parameters }) => to_json([spec, title_path, parameters || '']);

const read_selection = (file) => {
  const { tests } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return new Set(tests.map(key_of));
};

/**
 * The try that says how the test ended. A serial test that failed and was then passed over in its last try, because an
 * earlier test of its group failed, is a failed test to Playwright: the try that failed speaks for it.
 */
const telling_try = (test, result) => {
  const passed_over = result.status === 'skipped' && test.expectedStatus !== 'skipped' && test.results.length > test.retries;
  if (!passed_over || test.outcome() !== 'unexpected') return result;
  return test.results.filter(({ status }) => status !== 'skipped' && status !== 'interrupted').pop() || result;
};

const status_of = (test, result) => {
  if (result.status === 'timedOut') return 'timed_out';
  if (result.status === 'skipped' || result.status === 'interrupted') return result.status;
  return result.status === test.expectedStatus ? 'passed' : 'failed';
};

const step_of = (step) => ({
  title: plain(step.title), category: String(step.category || ''), started_ms: Number(step.startTime) || 0,
  duration_ms: whole(step.duration), failed: Boolean(step.error),
});

module.exports = TamarackReporter;
