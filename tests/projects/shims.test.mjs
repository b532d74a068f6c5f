// The shims against the real frameworks: what they say in discovery and in a run, for every special case of the
// mini-projects. Run with `node --test tests/projects/shims.test.mjs`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Project, key_of, name_of, shims } from './event_lines.mjs';

const keys_of = (tests) => tests.map(key_of).sort();
const by_name = (events, ...names) => names.map((name) => {
  const found = events.tests.find((test) => name_of(test) === name);
  assert.ok(found, `discovery lists '${name}'`);
  return found;
});
const escape_pattern = (string) => string.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

describe('playwright', () => {
  let project;
  let listed;
  const reporter = { PW_TEST_REPORTER: path.join(shims, 'playwright_reporter.cjs') };
  const cli = ['node', 'node_modules/@playwright/test/cli.js', 'test'];
  const list = (options) => project.run([...cli, '--list'], { mode: 'discover', ...options, env: { ...reporter, ...options?.env } });
  const run = (files, options = {}) => {
    const filters = files.map((file) => `^${escape_pattern(path.join(project.dir, file))}$`);
    return project.run([...cli, ...filters, '--workers=1', '--output={output}'], { ...options, env: { ...reporter, ...options.env } });
  };
  const run_selected = (tests, options) =>
    run([...new Set(tests.map(({ spec }) => spec))], { select: tests, ...options });

  before(async () => {
    project = new Project('playwright');
    listed = (await list()).events;
  });
  after(() => project.remove());

  it('lists every test with its group, tags and expectation', () => {
    assert.equal(listed.suite.tests, listed.tests.length);
    assert.equal(listed.suite.framework, 'playwright');
    const groups = Object.fromEntries(listed.tests.map((test) => [name_of(test), test.group]));
    assert.equal(groups['adds @fast [main]'], groups['sums > is zero for nothing [main]'], 'a file in default mode');
    assert.notEqual(groups['adds @fast [main]'], '');
    assert.equal(groups['free > one [main]'], '', 'a parallel describe');
    assert.equal(groups['free > chain > a [main]'], groups['free > chain > b [main]'], 'serial inside parallel');
    assert.notEqual(groups['free > chain > a [main]'], '');
    assert.notEqual(groups['free > chain > a [main]'], groups['in the file [main]']);
    assert.equal(groups['wizard > first [main]'], groups['wizard > third [main]'], 'a serial describe');
    assert.equal(groups['alpha [free]'], '', 'a fully parallel project');
    assert.equal(groups['in order > gamma [free]'], groups['in order > delta [free]'], 'default mode inside parallel');
    assert.notEqual(groups['in order > gamma [free]'], groups['in order > gamma [free repeat 2]']);

    const [fast, sum, skipped, fixme] = by_name(
      listed, 'adds @fast [main]', 'sums > is zero for nothing [main]', 'skipped [main]', 'to be fixed [main]');
    assert.deepEqual(fast.tags, ['fast']);
    assert.deepEqual(sum.tags, ['slow', 'nightly']);
    assert.deepEqual(sum.annotations, [{ type: 'issue', description: 'SUM-1' }]);
    assert.equal(sum.spec, 'tests/plain.spec.js');
    assert.equal(sum.line, 16);
    assert.equal(sum.timeout_ms, 15000);
    assert.deepEqual([skipped.expect, fixme.expect, sum.expect], ['skip', 'skip', 'run']);
  });

  it('reports a whole run, which is what was listed, beside the reporter of the user', async () => {
    const { code, stdout, events, folder } = await run([]);
    assert.equal(code, 0);
    assert.match(stdout, /Running 35 tests using 1 worker/);
    assert.deepEqual(keys_of(events.verdicts), keys_of(listed.tests));
    assert.equal(events.end.status, 'passed');
    assert.equal(events.statuses['expected failure [main]'], 'passed');
    assert.equal(events.statuses['skipped [main]'], 'skipped');
    assert.equal(events.statuses['skipped while running [main]'], 'skipped');
    assert.deepEqual(events.verdict('skipped while running [main]').annotations, [{ type: 'skip', description: 'not on this machine' }]);
    assert.equal(events.statuses['counts clicks [main]'], 'passed', 'a real page');

    const tries = events.finished.filter((line) => name_of(line) === 'passes at the second try [main]');
    assert.deepEqual(tries.map(({ retry, status, final }) => [retry, status, final]), [[0, 'failed', false], [1, 'passed', true]]);
    assert.match(events.verdict('adds @fast [main]').stdout, /adding\n/);
    assert.equal(events.verdict('adds @fast [main]').stderr, 'warning\n');
    const steps = events.verdict('steps [main]').steps.filter(({ category }) => category === 'test.step');
    assert.deepEqual(steps.map(({ title }) => title), ['outer', 'second'], 'top level only');

    const [note, data] = events.attachments.filter((line) => name_of(line) === 'attachments [main]');
    assert.equal(Buffer.from(note.body_base64, 'base64').toString(), 'hello');
    assert.equal(fs.readFileSync(data.path, 'utf8'), '{"a":1}');
    assert.ok(data.path.startsWith(path.join(folder, 'output')));
    assert.deepEqual(events.verdict('attachments [main]').attachments, [{ name: 'data', content_type: 'application/json', path: data.path }]);
  });

  it('tells failures, time-outs, unexpected passes and tests that did not run apart', async () => {
    const { code, events } = await run(['tests/plain.spec.js', 'tests/serial.spec.js'], { env: { FAIL: '1', FAIL_SERIAL: '1', HANG: '300', FORCE_COLOR: '1' } });
    assert.equal(code, 1);
    assert.equal(events.end.status, 'failed');
    assert.equal(events.statuses['hangs on demand [main]'], 'timed_out');
    const failure = events.verdict('fails on demand [main]');
    assert.equal(failure.status, 'failed');
    assert.match(failure.errors[0].message, /FAIL is set/);
    assert.deepEqual([failure.errors[0].file, failure.errors[0].line], ['tests/plain.spec.js', 53]);
    assert.match(failure.errors[0].snippet, />\s+53 \|/);
    const surprise = events.verdict('passes although it should fail on demand [main]');
    assert.equal(surprise.status, 'failed');
    assert.match(surprise.errors[0].message, /expected to fail, but passed/i);
    assert.equal(events.statuses['wizard > first [main]'], 'passed');
    assert.equal(events.statuses['wizard > second [main]'], 'failed');
    const third = events.verdict('wizard > third [main]');
    assert.equal(third.status, 'skipped');
    assert.equal(third.annotations.at(-1).type, 'did_not_run');
  });

  // `fails` and `hangs`: in which tries; `says`: Playwright's own words in its JSON report; `tries`: the event lines.
  const chains = {
    'failed, and then passed over': {
      retries: 1, fails: { first: [1], second: [0] }, says: { first: 'flaky', second: 'unexpected', third: 'skipped' },
      tries: { first: ['passed final', 'failed final'], second: ['failed', 'failed final'], third: ['skipped', 'skipped final'] },
    },
    'timed out, and then passed over': {
      retries: 1, fails: { first: [1] }, hangs: { second: [0] }, says: { first: 'flaky', second: 'unexpected', third: 'skipped' },
      tries: { first: ['passed final', 'failed final'], second: ['timed_out', 'timed_out final'], third: ['skipped', 'skipped final'] },
    },
    'failed, and then passed over twice': {
      retries: 2, fails: { first: [1, 2], second: [0] }, says: { first: 'flaky', second: 'unexpected', third: 'skipped' },
      tries: {
        first: ['passed final', 'failed', 'failed final'], second: ['failed', 'skipped', 'failed final'],
        third: ['skipped', 'skipped', 'skipped final'],
      },
    },
    'failed, passed, and then passed over': {
      retries: 2, fails: { first: [2], second: [0], third: [1] }, says: { first: 'flaky', second: 'flaky', third: 'unexpected' },
      tries: {
        first: ['passed final', 'passed final', 'failed final'], second: ['failed', 'passed final', 'skipped final'],
        third: ['skipped', 'failed', 'failed final'],
      },
    },
    'passed over, and then passed': {
      retries: 1, fails: { first: [0] }, says: { first: 'flaky', second: 'expected', third: 'expected' },
      tries: { first: ['failed', 'passed final'], second: ['skipped', 'passed final'], third: ['skipped', 'passed final'] },
    },
  };

  it('tells of serial tests and their retries what Playwright says', async () => {
    const restore = project.write('tests/chains.spec.js', `
      const { test } = require('@playwright/test');
      for (const [story, { retries, fails, hangs = {} }] of Object.entries(${JSON.stringify(chains)}))
        test.describe.serial(story, () => {
          test.describe.configure({ retries });
          for (const name of ['first', 'second', 'third'])
            test(name, async ({}, info) => {
              if (hangs[name]?.includes(info.retry)) {
                info.setTimeout(100);
                await new Promise(() => {});
              }
              if (fails[name]?.includes(info.retry)) throw new Error(name + ' is broken');
            });
        });
    `);
    const report = path.join(project.base, 'report.json');
    try {
      const { code, events } = await project.run([...cli, 'tests/chains.spec.js', '--workers=1', '--output={output}', '--reporter=json'],
        { env: { ...reporter, PLAYWRIGHT_JSON_OUTPUT_NAME: report } });
      assert.equal(code, 1);
      const suites = new Map(JSON.parse(fs.readFileSync(report, 'utf8')).suites[0].suites.map(({ title, specs }) => [title, specs]));
      for (const [story, { says, tries }] of Object.entries(chains)) {
        assert.deepEqual(Object.fromEntries(suites.get(story).map(({ title, tests }) => [title, tests[0].status])), says, story);
        const lines = events.finished.filter(({ title_path }) => title_path[0] === story);
        const of = (name) => lines.filter(({ title_path }) => title_path[1] === name);
        for (const name of ['first', 'second', 'third'])
          assert.deepEqual(of(name).map(({ status, final }) => status + (final ? ' final' : '')), tries[name], `${story}: ${name}`);
        for (const { title_path, status, errors } of lines)
          if (status === 'failed') assert.equal(errors[0].message, `Error: ${title_path[1]} is broken`, 'the try that failed says why');
      }
    } finally {
      restore();
    }
  });

  it('runs exactly the selected tests, whatever their titles hold', async () => {
    const awkward = listed.tests.find(({ title_path }) => title_path.at(-1).startsWith('keeps  two spaces'));
    const chosen = [awkward, ...by_name(listed, 'wizard > first [main]', 'alpha [free repeat 2]', 'shows the orders [signed in]')];
    const { code, stdout, events } = await run_selected(chosen);
    assert.equal(code, 0);
    assert.equal(events.suite.tests, chosen.length);
    assert.deepEqual(keys_of(events.verdicts), keys_of(chosen));
    assert.deepEqual(keys_of(events.started), keys_of(chosen));
    // The set-up project runs because "signed in" depends on it, but it is not selected and stays unreported.
    assert.match(stdout, /Running 5 tests/);
  });

  it('says why the dependents of a failed set-up did not run', async () => {
    const chosen = by_name(listed, 'shows the orders [signed in]');
    const { code, events } = await run_selected(chosen, { env: { FAIL_SETUP: '1' } });
    assert.equal(code, 1);
    assert.deepEqual(events.verdicts, []);
    assert.match(events.errors[0].message, /'sign in' of project 'sign in', which others depend on, failed/);
  });

  it('runs nothing when the selection cannot be read', async () => {
    const { stdout, stderr, events } = await run(['tests/free.spec.js'], { env: { TAMARACK_SELECTION: path.join(project.dir, 'missing.json') } });
    assert.deepEqual(events.started, []);
    assert.match(stderr, /tamarack: cannot write events: ENOENT/);
    assert.doesNotMatch(stdout, /alpha/);
  });

  it('obeys .only in discovery as the run does', async () => {
    const restore = project.write('tests/only.spec.js', `
      const { test } = require('@playwright/test');
      test('left out', () => {});
      test.describe('kept', () => { test.only('in', () => {}); test('out', () => {}); });
      test.describe.only('whole', () => { test('one', () => {}); });
    `);
    const found = await list();
    const done = await run([]);
    restore();
    assert.deepEqual(found.events.tests.map(name_of).sort(), ['kept > in [main]', 'whole > one [main]']);
    assert.deepEqual(keys_of(done.events.verdicts), keys_of(found.events.tests));
  });

  it('tells what a test captured, and how far its output file had come', async () => {
    const restore = project.write('tests/captures.spec.js', `
      const fs = require('fs');
      const { test } = require('@playwright/test');
      const capture = (info, description) => info.annotations.push({ type: 'tamarack.capture', description });
      const output = (text) => fs.appendFileSync(process.env.TAMARACK_OUTPUT, text);
      test('captures', async ({}, info) => {
        info.annotations.push({ type: 'issue', description: '12' });
        capture(info, JSON.stringify({ name: 'job_id', value: 'j-1' }));
        capture(info, JSON.stringify({ name: 'rows', value: [1, { a: null }] }));
        capture(info, 'no JSON');
        output('a=1\\n');
      });
      test('captures nothing', async () => output('b=22\\n'));
    `);
    try {
      const { events } = await run(['tests/captures.spec.js'], { env: { TAMARACK_OUTPUT: path.join(project.base, 'captured.txt') } });
      const [first, second] = [events.verdict('captures [main]'), events.verdict('captures nothing [main]')];
      assert.deepEqual(first.captures, [
        { name: 'job_id', value: 'j-1' }, { name: 'rows', value: [1, { a: null }] }, { name: '', value: 'no JSON' }]);
      assert.deepEqual(first.annotations, [{ type: 'issue', description: '12' }], 'a capture is no annotation for people');
      assert.deepEqual(second.captures, []);
      assert.equal(second.output_bytes, 9);
      assert.ok(first.output_bytes >= 4, 'the next test may have begun to write before the reporter hears of the first');
    } finally {
      restore();
    }
  });

  it('reports a syntax error outside of any test', async () => {
    const restore = project.write('tests/broken.spec.js', 'const = 1;\n');
    const { code, events } = await list();
    restore();
    assert.equal(code, 1);
    assert.equal(events.end.status, 'failed');
    assert.match(events.errors[0].message, /SyntaxError/);
    assert.equal(events.errors[0].file, 'tests/broken.spec.js');
  });

  it('does nothing without TAMARACK_EVENTS', async () => {
    const { code, stdout, stderr, events } = await run(['tests/free.spec.js'], { events: false });
    assert.deepEqual([code, stderr, events], [0, '', null]);
    assert.match(stdout, /8 passed/);
  });

  it('leaves whole lines and no end when it is killed, and an end when it is interrupted', async () => {
    const options = { env: { HANG: '600000' }, until: 'hanging now' };
    const killed = await run(['tests/plain.spec.js'], options);
    assert.equal(killed.code, null);
    assert.equal(killed.events.statuses['adds @fast [main]'], 'passed');
    assert.equal(killed.events.statuses['hangs on demand [main]'], undefined);
    const interrupted = await run(['tests/plain.spec.js'], { ...options, signal: 'SIGINT' });
    assert.equal(interrupted.code, 130);
    assert.equal(interrupted.events.end.status, 'interrupted');
    assert.equal(interrupted.events.statuses['hangs on demand [main]'], 'interrupted');
  });
});

describe('mocha', () => {
  let project;
  let listed;
  const cli = ['node', 'node_modules/mocha/bin/mocha.js', '--require', path.join(shims, 'mocha_reporter.cjs'), '--no-parallel'];
  const list = (options) => project.run([...cli, '--dry-run'], { mode: 'discover', ...options });
  const run = (options) => project.run(cli, options);
  // Mocha adds the files of its command line to those of its configuration, so only a selection can narrow a run.
  const run_spec = (spec, options) => run({ select: listed.tests.filter((test) => test.spec === spec), ...options });

  before(async () => {
    project = new Project('mocha');
    listed = (await list()).events;
  });
  after(() => project.remove());

  it('lists every test', () => {
    assert.equal(listed.suite.tests, listed.tests.length);
    assert.equal(listed.tests.length, 19);
    assert.match(listed.suite.framework_version, /^11\./);
    const [fast, adds, twin, pending] = by_name(
      listed, 'stands outside of any describe @fast', 'sums > adds', 'sums > has a twin [#2]', 'sums > is still to be written');
    assert.deepEqual(fast.tags, ['fast']);
    assert.deepEqual([adds.spec, adds.line, adds.group, adds.timeout_ms], ['specs/plain.spec.js', 7, 'file', 15000]);
    assert.equal(twin.parameters, '#2');
    assert.deepEqual([pending.expect, adds.expect], ['skip', 'run']);
  });

  it('reports a whole run, which is what was listed, beside the reporter of the user', async () => {
    const { code, stdout, events } = await run();
    assert.equal(code, 0);
    assert.match(stdout, /14 passing/);
    assert.deepEqual(keys_of(events.verdicts), keys_of(listed.tests));
    assert.equal(events.statuses['sums > is skipped'], 'skipped');
    assert.equal(events.statuses['sums > is still to be written'], 'skipped');
    assert.equal(events.statuses['sums > is skipped while running'], 'skipped');
    assert.equal(events.statuses['browser > counts clicks'], 'passed', 'a real browser');
    const { stdout: printed, stderr: warned } = events.verdict('sums > adds');
    assert.deepEqual([printed, warned], ['adding\n', 'warning\n'], 'without what the reporter prints');
    const tries = events.finished.filter((line) => name_of(line) === 'retries > passes at the second try');
    assert.deepEqual(tries.map(({ retry, status, final }) => [retry, status, final]), [[0, 'failed', false], [1, 'passed', true]]);
  });

  it('describes failures and time-outs', async () => {
    const { code, events } = await run_spec('specs/plain.spec.js', { env: { FAIL: '1', HANG: '100' } });
    assert.ok(code > 0);
    assert.equal(events.end.status, 'failed');
    const failure = events.verdict('sums > fails on demand');
    assert.equal(failure.status, 'failed');
    assert.match(failure.errors[0].message, /expected: *\nactual: 1/);
    assert.deepEqual([failure.errors[0].file, failure.errors[0].line], ['specs/plain.spec.js', 29]);
    assert.match(failure.errors[0].snippet, />\s+29 \|/);
    assert.equal(events.statuses['sums > hangs on demand'], 'timed_out');
  });

  it('finds the places of tests when it lies inside of the suite itself', async () => {
    const folder = path.join(project.dir, '.tamarack', 'shims');
    fs.mkdirSync(folder, { recursive: true });
    fs.copyFileSync(path.join(shims, 'mocha_reporter.cjs'), path.join(folder, 'mocha_reporter.cjs'));
    const from = (shim) => project.run(['node', 'node_modules/mocha/bin/mocha.js', '--require', shim, '--no-parallel', '--dry-run'], { mode: 'discover' });
    const inside = [await from(path.join(folder, 'mocha_reporter.cjs')), await from('./.tamarack/shims/mocha_reporter.cjs')];
    fs.rmSync(path.join(project.dir, '.tamarack'), { recursive: true });
    const places = ({ tests }) => tests.map((test) => `${name_of(test)} ${test.line}:${test.column}`);
    for (const { events } of inside) assert.deepEqual(places(events), places(listed));
  });

  it('tells failures that come after a test has ended', async () => {
    const restore = project.write('specs/late.spec.js', `
      const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      describe('late', () => {
        it('is done again, later', (done) => { done(); setTimeout(() => done(new Error('late')), 100); });
        it('runs meanwhile', async () => { console.log('before'); await wait(300); console.log('after'); });
        it('is done again at once', (done) => { done(); done(new Error('at once')); });
        it('is tried again', function (done) {
          this.retries(1);
          if (this.test.currentRetry()) return setTimeout(done, 300);
          done(new Error('first'));
          setTimeout(() => done(new Error('after the first')), 100);
        });
        it('is tried again at once', function (done) {
          this.retries(1);
          if (this.test.currentRetry()) return done();
          done(new Error('first'));
          done(new Error('first, again'));
        });
        it('throws after it was done', (done) => { done(); process.nextTick(() => { throw new Error('thrown late'); }); });
      });
    `);
    try {
      const { tests } = (await list()).events;
      const { code, stdout, events } = await run({ select: tests.filter(({ spec }) => spec === 'specs/late.spec.js') });
      assert.match(stdout, /6 passing/);
      assert.match(stdout, /5 failing/);
      assert.equal(code, 5);
      assert.deepEqual(events.finished.map((line) => `${line.title_path[1]} ${line.retry}: ${line.status}${line.final ? ', final' : ''}`), [
        'is done again, later 0: passed, final', 'runs meanwhile 0: passed, final', 'is done again at once 0: failed, final',
        'is tried again 0: failed', 'is tried again 1: passed, final', 'is tried again at once 0: failed, final',
        'is tried again at once 1: passed, final', 'throws after it was done 0: failed, final',
      ]);
      assert.deepEqual(events.errors.map(({ message }) => message.replace(/: done\(\).* received error: Error: (.*)[^]*/, ': $1')), [
        "'late › is done again, later' failed after it had ended: late", "'late › is tried again' failed after it had ended: after the first"]);
      const meanwhile = events.verdict('late > runs meanwhile');
      assert.equal(meanwhile.stdout, 'before\nafter\n', 'all of it, without what the reporter prints');
      const began = events.started.find((line) => name_of(line) === 'late > runs meanwhile');
      assert.equal(meanwhile.started_ms, began.at_ms);
    } finally {
      restore();
    }
  });

  const hooks = {
    before: { first: 'failed', second: 'failed', fourth: 'failed', message: /^"before all" hook failed: before is broken/ },
    beforeEach: { first: 'failed', second: 'failed', fourth: 'failed', message: /^"before each" hook failed: beforeEach is broken/ },
    afterEach: { first: 'failed', second: 'failed', fourth: 'failed', message: /^"after each" hook failed: afterEach is broken/ },
    after: { first: 'passed', second: 'passed', fourth: 'passed' },
  };
  for (const [hook, expected] of Object.entries(hooks))
    it(`accounts for every test when "${hook}" fails`, async () => {
      const { code, events } = await run_spec('specs/hooks.spec.js', { env: { FAIL_HOOK: hook } });
      assert.equal(code, 1);
      assert.equal(events.end.status, 'failed');
      assert.deepEqual(events.statuses, {
        'hooks > first': expected.first, 'hooks > second': expected.second, 'hooks > third, skipped': 'skipped',
        'hooks > inner > fourth': expected.fourth, 'after the hooks > runs in any case': 'passed',
      });
      if (!expected.message) return assert.match(events.errors[0].message, /^"after all" hook failed: after is broken/);
      for (const name of ['first', 'second', 'inner > fourth']) {
        const line = events.verdict(`hooks > ${name}`);
        assert.match(line.errors[0].message, expected.message);
        const ran = name === 'first' && hook !== 'before';
        assert.equal(line.annotations.some(({ type }) => type === 'did_not_run'), !ran, name);
      }
    });

  it('runs exactly the selected tests, without the hooks of the others', async () => {
    const awkward = listed.tests.find(({ title_path }) => title_path.at(-1).startsWith('is  zero'));
    const chosen = [awkward, ...by_name(listed, 'sums > has a twin [#2]', 'hooks > inner > fourth')];
    const { code, stdout, events } = await run({ select: chosen, env: { TRACE_HOOKS: '1' } });
    assert.equal(code, 0);
    assert.deepEqual(keys_of(events.verdicts), keys_of(chosen));
    assert.match(stdout, /3 passing/);
    assert.doesNotMatch(stdout, /hook of the module suite/);
  });

  it('leaves another reporter and its totals alone', async () => {
    const chosen = by_name(listed, 'sums > adds', 'sums > has a twin');
    const { stdout } = await project.run([...cli, '--reporter', 'tap'], { select: chosen });
    assert.match(stdout, /^1\.\.2$/m);
    assert.match(stdout, /^# pass 2$/m);
  });

  it('obeys .only in discovery as the run does', async () => {
    const restore = project.write('specs/only.spec.js', "describe('kept', () => { it.only('in', () => {}); it('out', () => {}); });\n");
    const found = await list();
    const done = await run();
    restore();
    assert.deepEqual(found.events.tests.map(name_of), ['kept > in']);
    assert.deepEqual(keys_of(done.events.verdicts), keys_of(found.events.tests));
  });

  it('tells what a test captured, and how far its output file had come', async () => {
    const restore = project.write('specs/captures.spec.js', `
      const fs = require('fs');
      const output = (text) => fs.appendFileSync(process.env.TAMARACK_OUTPUT, text);
      describe('captures', () => {
        afterEach(function () { this.tamarackCapture?.('hook', this.currentTest.title); });
        it('by call', function () {
          this.tamarackCapture?.('job_id', 'j-1');
          this.tamarackCapture?.('cycle', 10n);
          output('a=1\\n');
        });
        it('by property', function () {
          this.test.tamarackCaptures = { rows: [1, { a: null }] };
          output('b=22\\n');
        });
        it('nothing', () => {});
      });
    `);
    try {
      const { tests } = (await list()).events;
      const mine = tests.filter(({ spec }) => spec === 'specs/captures.spec.js');
      const { events } = await run({ select: mine, env: { TAMARACK_OUTPUT: path.join(project.base, 'captured.txt') } });
      const of = (name) => events.verdict(`captures > ${name}`);
      assert.deepEqual(of('by call').captures, [{ name: 'job_id', value: 'j-1' }, { name: 'cycle' }, { name: 'hook', value: 'by call' }]);
      assert.deepEqual(of('by property').captures, [{ name: 'rows', value: [1, { a: null }] }, { name: 'hook', value: 'by property' }]);
      assert.deepEqual(of('nothing').captures, [{ name: 'hook', value: 'nothing' }]);
      assert.deepEqual([of('by call').output_bytes, of('by property').output_bytes, of('nothing').output_bytes], [4, 9, 9]);
    } finally {
      restore();
    }
  });

  it('reports a syntax error outside of any test', async () => {
    const restore = project.write('specs/broken.spec.js', 'const = 1;\n');
    const { code, events } = await list();
    restore();
    assert.notEqual(code, 0);
    assert.equal(events.end.status, 'failed');
    assert.match(events.errors[0].message, /Unexpected token|Missing initializer/);
  });

  it('refuses the parallel mode by name', async () => {
    const { events } = await project.run([...cli.slice(0, -1), '--parallel', '--jobs', '2']);
    assert.match(events.errors[0].message, /parallel mode is not supported: pass --no-parallel/);
  });

  it('does nothing without TAMARACK_EVENTS', async () => {
    const { code, stdout, stderr, events } = await run({ events: false });
    assert.deepEqual([code, stderr, events], [0, 'warning\n', null]);
    assert.match(stdout, /14 passing/);
  });

  it('leaves whole lines and no end when it is killed', async () => {
    const { code, events } = await run_spec('specs/plain.spec.js', { env: { HANG: '600000' }, until: 'hanging now' });
    assert.equal(code, null);
    assert.equal(events.statuses['sums > adds'], 'passed');
    assert.equal(name_of(events.started.at(-1)), 'sums > hangs on demand');
    assert.equal(events.statuses['sums > hangs on demand'], undefined);
  });
});

describe('pytest', () => {
  let project;
  let listed;
  const python = process.env.TAMARACK_PYTHON || '/usr/bin/python3';
  const cli = [python, '-m', 'pytest', '-p', 'pytest_tamarack'];
  const environment = { PYTHONPATH: [shims, process.env.PYTHONPATH].filter(Boolean).join(path.delimiter), PYTHONDONTWRITEBYTECODE: '1' };
  const call = (args, options = {}) => project.run([...cli, ...args], { ...options, env: { ...environment, ...options.env } });
  const has = (module) => {
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };

  before(async () => {
    project = new Project('pytest');
    listed = (await call(['--collect-only', '-q'], { mode: 'discover' })).events;
  });
  after(() => project.remove());

  it('lists every test', () => {
    assert.equal(listed.suite.tests, listed.tests.length);
    assert.equal(listed.tests.length, 22);
    const [less, awkward, inner, slow, skipped] = by_name(
      listed, 'test_is_less [1-2]', 'test_awkward_ids [x[1]/y]', 'TestSums > TestInner > test_of_one', 'TestSums > test_of_nothing', 'test_skipped');
    assert.deepEqual([less.spec, less.tags, less.group], ['tests/test_plain.py', ['smoke'], '']);
    assert.equal(awkward.parameters, 'x[1]/y');
    assert.deepEqual(inner.title_path, ['TestSums', 'TestInner', 'test_of_one']);
    assert.deepEqual(slow.tags, ['slow']);
    assert.deepEqual([skipped.expect, less.expect], ['skip', 'run']);
    assert.deepEqual(skipped.annotations, [{ type: 'skip', description: 'not on this machine' }]);
  });

  it('reports a whole run, which is what was listed, beside the reporter of the user', async () => {
    const { code, stdout, events } = await call([]);
    assert.equal(code, 0);
    assert.match(stdout, /16 passed, 3 skipped, 2 xfailed, 1 xpassed/);
    assert.deepEqual(keys_of(events.verdicts), keys_of(listed.tests));
    assert.equal(events.statuses['test_expected_failure'], 'passed');
    assert.deepEqual(events.verdict('test_expected_failure').annotations, [{ type: 'xfail', description: 'known: BUG-1' }]);
    assert.deepEqual(events.verdict('test_unexpected_success').annotations, [{ type: 'xpass', description: 'perhaps fixed' }]);
    assert.equal(events.statuses['test_not_to_be_run'], 'skipped', 'an expected failure that never ran has not passed');
    assert.deepEqual(events.verdict('test_skipped_while_running').annotations, [{ type: 'skip', description: 'no licence' }]);
    assert.equal(events.statuses['test_counts_clicks'], 'passed', 'a real browser');
    assert.deepEqual([events.verdict('test_adds').stdout, events.verdict('test_adds').stderr], ['adding\n', 'warning\n']);
    assert.deepEqual(events.verdict('test_adds').steps.map(({ title }) => title), ['setup', 'call', 'teardown']);
  });

  it('describes failures of a test, its set-up and its teardown', async () => {
    const env = { FAIL: '1', FAIL_SETUP: '1', FAIL_TEARDOWN: '1' };
    const { code, events } = await call(['tests/test_plain.py', 'tests/test_hooks.py', '--color=yes'], { env });
    assert.equal(code, 1);
    assert.equal(events.end.status, 'failed');
    const failure = events.verdict('test_fails_on_demand');
    assert.match(failure.errors[0].message, /assert '1' == ''/);
    assert.deepEqual([failure.errors[0].file, failure.errors[0].line], ['tests/test_plain.py', 63]);
    assert.match(failure.errors[0].snippet, />\s+63 \|/);
    assert.match(events.verdict('test_passes_although_it_should_fail_on_demand').errors[0].message, /XPASS\(strict\)/);
    assert.match(events.verdict('test_with_setup').errors[0].message, /^setup failed: AssertionError: FAIL_SETUP/);
    assert.equal(events.statuses['test_with_teardown'], 'failed');
    assert.match(events.verdict('test_with_teardown').errors[0].message, /^teardown failed: AssertionError: FAIL_TEARDOWN/);
  });

  it('lets no later skip take a failure back', async () => {
    const restore = project.write('tests/test_late_skips.py', `
import pytest
from _pytest.reports import TestReport

@pytest.fixture
def skips_at_the_end():
    yield
    pytest.skip("nothing to clean")

def test_fails(skips_at_the_end):
    assert 1 == 2

def test_times_out(skips_at_the_end):
    pytest.fail("Timeout >1.0s")  # as pytest-timeout does

def test_passes(skips_at_the_end):
    pass

@pytest.mark.xfail(strict=True, reason="known to fail, and does not: pytest calls that a failure")
def test_passes_although_it_should_fail(skips_at_the_end):
    pass

def tell(request, outcome, longrepr):  # as pytest-subtests tells of a subtest
    item = request.node
    item.ihook.pytest_runtest_logreport(report=TestReport(item.nodeid, item.location, {}, outcome, longrepr, "call"))

def test_with_subtests(request):
    tell(request, "failed", "AssertionError: the first subtest")
    tell(request, "skipped", (__file__, 1, "Skipped: the second subtest"))
`);
    try {
      const { code, stdout, events } = await call(['tests/test_late_skips.py', '-rfs']);
      assert.equal(code, 1);
      assert.match(stdout, /4 failed, 2 passed, 5 skipped/);
      assert.deepEqual(events.statuses, {
        test_fails: 'failed', test_times_out: 'timed_out', test_passes: 'skipped', test_passes_although_it_should_fail: 'failed',
        test_with_subtests: 'failed',
      });
      assert.match(events.verdict('test_fails').errors[0].message, /assert 1 == 2/);
      assert.deepEqual(events.verdict('test_fails').annotations, [{ type: 'skip', description: 'nothing to clean' }]);
    } finally {
      restore();
    }
  });

  it('runs exactly the selected tests', async () => {
    const chosen = by_name(listed, 'test_awkward_ids [a::b]', 'test_is_less [3-4]', 'TestSums > TestInner > test_of_one', 'test_takes_an_item');
    const { code, stdout, events } = await call([...new Set(chosen.map(({ spec }) => spec))], { select: chosen });
    assert.equal(code, 0);
    assert.deepEqual(keys_of(events.verdicts), keys_of(chosen));
    assert.match(stdout, /4 passed, 15 deselected/);
  });

  it('runs nothing when the selection cannot be read', async () => {
    const { code, events } = await call(['tests/test_hooks.py'], { env: { TAMARACK_SELECTION: 'missing.json' } });
    assert.equal(code, 5);
    assert.deepEqual([events.started, events.end.status], [[], 'failed']);
  });

  it('tells what a test captured, and how far its output file had come', async () => {
    const restore = project.write('tests/test_captures.py', `
import os

def output(text):
    with open(os.environ["TAMARACK_OUTPUT"], "a") as file:
        file.write(text)

def test_captures(record_property):
    record_property("tamarack.capture:job_id", "j-1")
    record_property("tamarack.capture:rows", [1, {"a": None}])
    record_property("tamarack.capture:odd", {1, })
    record_property("tamarack.capture:endless", float("inf"))
    record_property("other", 1)
    output("a=1\\n")

def test_nothing():
    output("b=22\\n")
`);
    try {
      const { events } = await call(['tests/test_captures.py'], { env: { TAMARACK_OUTPUT: path.join(project.base, 'captured.txt') } });
      const [first, second] = [events.verdict('test_captures'), events.verdict('test_nothing')];
      assert.deepEqual(first.captures, [
        { name: 'job_id', value: 'j-1' }, { name: 'rows', value: [1, { a: null }] }, { name: 'odd', value: '{1}' }, { name: 'endless', value: 'inf' }]);
      assert.deepEqual(second.captures, []);
      assert.deepEqual([first.output_bytes, second.output_bytes], [4, 9]);
    } finally {
      restore();
    }
  });

  it('reports a syntax error outside of any test', async () => {
    const restore = project.write('tests/test_broken.py', 'def (:\n');
    const { code, events } = await call(['--collect-only', '-q'], { mode: 'discover' });
    restore();
    assert.equal(code, 2);
    assert.equal(events.end.status, 'failed');
    assert.match(events.errors[0].stack, /SyntaxError/);
  });

  it('reports an interruption', async () => {
    const { code, events } = await call(['-s', 'tests/test_plain.py'], { env: { HANG: '1' }, until: 'hanging now', signal: 'SIGINT' });
    assert.equal(code, 2);
    assert.equal(events.end.status, 'interrupted');
    assert.equal(events.statuses['test_hangs_on_demand'], 'interrupted');
  });

  it('does nothing without TAMARACK_EVENTS', async () => {
    const { code, stdout, stderr, events } = await call(['tests/test_hooks.py'], { events: false });
    assert.deepEqual([code, stderr, events], [0, '', null]);
    assert.match(stdout, /2 passed/);
  });

  it('leaves whole lines and no end when it is killed', async () => {
    const { code, events } = await call(['-s', 'tests/test_plain.py'], { env: { HANG: '1' }, until: 'hanging now' });
    assert.equal(code, null);
    assert.equal(events.statuses['test_adds'], 'passed');
    assert.equal(events.statuses['test_hangs_on_demand'], undefined);
  });

  const no_xdist = has('xdist') ? false : 'python3-pytest-xdist is not installed';
  it('lists and runs the same tests when the options of the project distribute them', { skip: no_xdist }, async () => {
    const alone = keys_of(listed.tests);
    const env = { PYTEST_ADDOPTS: '-n 2' };
    const { code, events } = await call(['--collect-only', '-q'], { mode: 'discover', env });
    assert.deepEqual([code, keys_of(events.tests)], [0, alone]);
    assert.deepEqual(keys_of((await call([], { env })).events.verdicts), alone);
  });

  it('knows grouped tests by their own names', { skip: no_xdist }, async () => {
    const restore = project.write('tests/test_groups.py', `
import pytest

@pytest.mark.xdist_group("printer")
def test_plain():
    pass

@pytest.mark.xdist_group(name="one@two")
@pytest.mark.parametrize("text", ["1", "me@home", "]@", "q]"])
def test_parameters(text):
    pass

class TestClass:
    @pytest.mark.xdist_group("[a]::b")
    def test_within(self):
        pass

@pytest.mark.parametrize("text", ["me@home", "a]@b"])
def test_free(text):
    pass
`);
    const env = { PYTEST_ADDOPTS: '-n 2 --dist loadgroup' };
    try {
      const found = await call(['tests/test_groups.py', '--collect-only', '-q'], { mode: 'discover', env });
      assert.deepEqual(found.events.tests.map(name_of), [
        'test_plain', 'test_parameters [1]', 'test_parameters [me@home]', 'test_parameters []@]', 'test_parameters [q]]',
        'TestClass > test_within', 'test_free [me@home]', 'test_free [a]@b]']);
      const { code, stdout, events } = await call(['tests/test_groups.py'], { select: found.events.tests, env });
      assert.equal(code, 0);
      assert.match(stdout, /8 passed/);
      assert.deepEqual(keys_of(events.verdicts), keys_of(found.events.tests));
    } finally {
      restore();
    }
  });

  const parallel = has('xdist') && has('pytest_rerunfailures');
  it('writes through the controller of xdist, with the retries of rerunfailures',
    { skip: parallel ? false : 'python3-pytest-xdist or python3-pytest-rerunfailures is not installed' }, async () => {
      const chosen = by_name(listed, 'test_fails_on_demand', 'test_adds', 'test_is_less [3-4]');
      const { events } = await call(['-n', '2', '--reruns', '1', 'tests/test_plain.py'], { select: chosen, env: { FAIL: '1' } });
      assert.deepEqual(keys_of(events.verdicts), keys_of(chosen));
      const tries = events.finished.filter((line) => name_of(line) === 'test_fails_on_demand');
      assert.deepEqual(tries.map(({ retry, status, final }) => [retry, status, final]), [[0, 'failed', false], [1, 'failed', true]]);
    });
});
