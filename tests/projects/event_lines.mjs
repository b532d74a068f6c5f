// Runs a mini-project with a shim and reads back its event lines, checked against the contract
// (docs/design/2026-11-21-event-lines.md). It owns the temporary folders and processes it makes, and removes them.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const shims = path.resolve(here, '../../src/adapter/shims');

const run_limit_ms = 90_000; // The slowest run takes 5 s on an idle machine.

const integer = (value) => Number.isInteger(value) && value >= 0;
const text = (value) => typeof value === 'string';
const flag = (value) => typeof value === 'boolean';
const one_of = (...words) => (value) => words.includes(value);
const list_of = (check) => (value) => Array.isArray(value) && value.every((entry) => check(entry));
const object_of = (fields) => (value) => {
  for (const [name, check] of Object.entries(fields)) if (!check(value[name])) return false;
  return true;
};
const absolute = (value) => text(value) && path.isAbsolute(value);
const free_of_colour = (value) => text(value) && !value.includes('\u001b');

const identity = { spec: (value) => text(value) && !path.isAbsolute(value), title_path: list_of(text), parameters: text };
const error = {
  message: (value) => free_of_colour(value) && value !== '', stack: free_of_colour, file: text, line: integer, column: integer,
  snippet: free_of_colour,
};
const annotations = list_of(object_of({ type: text, description: text }));
const short_enough = (value) => text(value) && Buffer.byteLength(value) <= 16 * 1024;

/** Every required field of every line, and what it must be. */
const shapes = {
  suite: {
    v: (value) => value === 1, mode: one_of('discover', 'run'), framework: text, framework_version: (value) => /^\d+\.\d+/.test(value),
    root_dir: absolute, tests: integer,
  },
  test: {
    ...identity, line: integer, column: integer, tags: list_of((tag) => text(tag) && !tag.startsWith('@')), annotations,
    group: text, expect: one_of('run', 'skip'), timeout_ms: integer,
  },
  loaded: { files: list_of(absolute), folders: list_of(absolute), starts_server: flag },
  test_started: { ...identity, retry: integer, at_ms: integer },
  attachment: { ...identity, retry: integer, name: text, content_type: text },
  test_finished: {
    ...identity, retry: integer, status: one_of('passed', 'failed', 'timed_out', 'skipped', 'interrupted'), final: flag,
    started_ms: integer, duration_ms: integer, errors: list_of(object_of(error)), stdout: short_enough, stderr: short_enough,
    annotations, captures: list_of(object_of({ name: text })), output_bytes: integer, attachments: list_of(object_of({ name: text, content_type: text, path: absolute })),
    steps: list_of(object_of({ title: text, category: text, started_ms: integer, duration_ms: integer, failed: flag })),
  },
  error: { error: object_of(error) },
  end: { status: one_of('passed', 'failed', 'timed_out', 'interrupted'), tests_finished: integer },
};

export const key_of = ({ spec, title_path, parameters }) => JSON.stringify([spec, title_path, parameters]);

/** A test's name as people read it: titles, and the parameters in brackets. */
export const name_of = ({ title_path, parameters }) => title_path.join(' > ') + (parameters ? ` [${parameters}]` : '');

/** Parses and checks the lines; `killed` processes owe no `end`. */
export const read_events = (content, { killed = false } = {}) => {
  assert.ok(content.endsWith('\n'), 'the last line is complete');
  const lines = content.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  for (const [index, line] of lines.entries()) {
    const shape = shapes[line.type];
    assert.ok(shape, `line ${index + 1} has the unknown type '${line.type}'`);
    for (const [field, check] of Object.entries(shape))
      assert.ok(check(line[field]), `line ${index + 1}, ${line.type}: '${field}' is ${JSON.stringify(line[field])}`);
  }
  const of_type = (type) => lines.filter((line) => line.type === type);
  assert.equal(lines[0].type, 'suite', 'the first line is `suite`');
  assert.equal(of_type('suite').length, 1);
  assert.equal(of_type('end').length, killed ? 0 : 1);
  if (!killed) assert.equal(lines.at(-1).type, 'end', 'the last line is `end`');

  const tests = of_type('test');
  assert.equal(new Set(tests.map(key_of)).size, tests.length, 'identities are unique');
  const tries = of_type('test_finished').map((line) => key_of(line) + line.retry);
  assert.equal(new Set(tries).size, tries.length, 'each try finishes once');
  for (const line of of_type('attachment'))
    assert.ok(absolute(line.path) !== text(line.body_base64), 'an attachment has either a path or a body');
  const verdicts = of_type('test_finished').filter((line) => line.final);
  if (!killed) assert.equal(lines.at(-1).tests_finished, new Set(verdicts.map(key_of)).size);

  return {
    lines, tests, verdicts, suite: lines[0], end: lines.at(-1), errors: of_type('error').map((line) => line.error),
    started: of_type('test_started'), finished: of_type('test_finished'), attachments: of_type('attachment'),
    statuses: Object.fromEntries(verdicts.map((line) => [name_of(line), line.status])),
    verdict: (name) => verdicts.findLast((line) => name_of(line) === name),
  };
};

/** A copy of a mini-project in a temporary folder, which `remove` deletes. */
export class Project {
  constructor(name) {
    this.name = name;
    this.source = path.join(here, name);
    this.install();
    this.base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `tamarack-${name}-`)));
    this.dir = path.join(this.base, 'suite');
    this.runs = 0;
    const generated = new Set(['node_modules', 'test-results', 'playwright-report', '__pycache__', '.pytest_cache', 'build']);
    fs.cpSync(this.source, this.dir, { recursive: true, filter: (file) => !generated.has(path.basename(file)) });
    const modules = path.join(this.source, 'node_modules');
    if (fs.existsSync(modules)) fs.symlinkSync(modules, path.join(this.dir, 'node_modules'));
  }

  install() {
    if (!fs.existsSync(path.join(this.source, 'package.json')) || fs.existsSync(path.join(this.source, 'node_modules'))) return;
    const env = { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: this.source, env, stdio: 'ignore' });
  }

  write(name, content) {
    fs.writeFileSync(path.join(this.dir, name), content);
    return () => fs.rmSync(path.join(this.dir, name));
  }

  remove() {
    fs.rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * Starts a command with the shim's variables. `until` is a text: as soon as the process prints it, the process gets
   * `signal` (SIGKILL, unless told). A process that outlives `run_limit_ms` is killed, and the test fails. Resolves with exit code, output and the event lines (null without an event file).
   */
  async run(argv, { mode = 'run', env = {}, select, events = true, until, signal = 'SIGKILL' } = {}) {
    const folder = path.join(this.base, `run-${++this.runs}`);
    fs.mkdirSync(folder);
    const file = path.join(folder, 'events.ndjson');
    const variables = { ...process.env };
    for (const name of Object.keys(variables))
      if (/^(TAMARACK_|PW_TEST_|NODE_TEST_CONTEXT|FORCE_COLOR|NO_COLOR|CI$)/.test(name)) delete variables[name];
    Object.assign(variables, env);
    if (events) Object.assign(variables, { TAMARACK_EVENTS: file, TAMARACK_MODE: mode });
    if (select) {
      variables.TAMARACK_SELECTION = path.join(folder, 'selection.json');
      const tests = select.map(({ spec, title_path, parameters }) => ({ spec, title_path, parameters }));
      fs.writeFileSync(variables.TAMARACK_SELECTION, JSON.stringify({ v: 1, tests }));
    }
    const args = argv.slice(1).map((argument) => argument.replace('{output}', path.join(folder, 'output')));
    const child = spawn(argv[0], args, { cwd: this.dir, env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let signalled = false;
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (!until || signalled || !stdout.includes(until)) return;
      signalled = true;
      child.kill(signal);
    });
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const content = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
    let stuck = false;
    const limit = setTimeout(() => (stuck = child.kill('SIGKILL')), run_limit_ms);
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exit_code) => resolve(exit_code));
    });
    clearTimeout(limit);
    assert.ok(!stuck, `'${argv.join(' ')}' was still running after ${run_limit_ms} ms; it printed:\n${stdout}${stderr}`);
    const read = content() ? read_events(content(), { killed: Boolean(until) && signal === 'SIGKILL' }) : null;
    return { code, stdout, stderr, events: read, folder };
  }
}
