// The commands against a stub of Cypress (stub_of_cypress.js), with the real tasks and a real HTTP server behind them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { after, before, beforeEach, describe, it } = require('node:test');
const register = require('../plugin.js');
const { install } = require('../support.js');
const { stub_of_cypress } = require('./stub_of_cypress.js');

let server;
let url;
let folder;
let answer;
let asked;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tamarack-cypress-'));
  server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ path: request.url, body: Buffer.concat(chunks).toString() });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});
beforeEach(() => {
  asked = [];
});

const cypress = (env, options) => {
  const stub = stub_of_cypress(register.tasks(env), options);
  install(stub.Cypress, stub.cy);
  return stub;
};
const under_tamarack = (more = {}) => ({ TAMARACK_AGENT_URL: url, TAMARACK_AGENT_TOKEN: 's3cret', ...more });

describe('under Tamarack', () => {
  it('a job that completes yields its last body', async () => {
    answer = { outcome: 'satisfied', captures: { body: { status: 'COMPLETED', result: 'rows' } } };
    const { run, asked: tasks } = cypress(under_tamarack(), { baseUrl: 'http://shop:8000/app' });
    assert.deepEqual(await run.pollForJobStatus('j-1', { timeout: 120_000, interval: 3_000 }), { status: 'COMPLETED', result: 'rows' });
    const wish = JSON.parse(asked[0].body);
    assert.equal(wish.conditions[0].http.url, 'http://shop:8000/api/v1/jobs/j-1/status');
    assert.deepEqual([wish.timeout_ms, wish.pace], [120_000, { min_ms: 250, max_ms: 3_000 }]);
    assert.equal(tasks.find(({ name }) => name === 'tamarack:job').options.timeout, 135_000, 'Cypress ends the task after the agent');
  });

  it('a job that failed is an error in the words of the backend', async () => {
    answer = { outcome: 'failed', message: 'no such column: ymd', waited_ms: 40, probes: 1, last_status: 'FAILED' };
    await assert.rejects(cypress(under_tamarack()).run.awaitJob('/jobs/7'),
      { name: 'TamarackWaitError', outcome: 'failed', message: /no such column: ymd/ });
  });

  it('an undefined id asks nobody', async () => {
    const { run, asked: tasks } = cypress(under_tamarack());
    const { jobId } = { job_id: 'j-1' };
    await assert.rejects(run.pollForJobStatus(jobId), /cy\.pollForJobStatus: the job's id is undefined; was a field misspelt .* jobId for job_id/);
    await assert.rejects(run.awaitJob({ id: null }), /the job's id is undefined/);
    assert.deepEqual([asked, tasks], [[], []]);
  });

  it('captures go into the output file, one line each', async () => {
    const output = path.join(folder, 'output.txt');
    const { run } = cypress(under_tamarack({ TAMARACK_OUTPUT: output }));
    assert.equal(await run.capture('job_id', 'j-1'), 'j-1');
    await run.capture('rows', ['a\nb', null]);
    assert.equal(fs.readFileSync(output, 'utf8'), 'job_id="j-1"\nrows=["a\\nb",null]\n');
    assert.equal(await run.captured('job_id'), 'j-1');
    await assert.rejects(run.capture('job id', 1), /a capture's name has letters/);
    await assert.rejects(run.capture('x', undefined), /'x' is undefined/);
  });

  it('captures of earlier phases are those of this test, and fill the places of a wish', async () => {
    const file = path.join(folder, 'captures.json');
    fs.writeFileSync(file, JSON.stringify({
      flows: [
        { tests: [{ spec: 'cypress/e2e/report.cy.js', title_path: ['report', 'other'], parameters: '' }], captures: { job_id: 'wrong' } },
        { tests: [{ spec: 'cypress/e2e/report.cy.js', title_path: ['report', 'is made'], parameters: '' }], captures: { job_id: 'j-9' } }],
      given: { build: 17 },
    }));
    answer = { outcome: 'satisfied', message: '', captures: {} };
    const { run } = cypress(under_tamarack({ TAMARACK_CAPTURES: file }));
    assert.equal(await run.captured('job_id'), 'j-9');
    assert.equal(await run.captured('build'), 17);
    await assert.rejects(run.captured('jobId'), /nothing was captured as 'jobId'; captured: build, job_id/);
    await run.waitForWish({ conditions: [{ http: { url: 'http://a/{job_id}' } }] });
    assert.deepEqual(JSON.parse(asked[0].body).captures, { job_id: 'j-9' });
  });
});

describe('without Tamarack', () => {
  it('pollForJobStatus polls by itself, with the same meanings', async () => {
    answer = { status: 'COMPLETED', result: 'rows' };
    const { run } = cypress({}, { baseUrl: url });
    assert.deepEqual(await run.pollForJobStatus('j-1', { interval: 5 }), { status: 'COMPLETED', result: 'rows' });
    assert.equal(asked[0].path, '/api/v1/jobs/j-1/status');
    answer = { status: 'FAILED', error: 'no such column: ymd' };
    await assert.rejects(run.pollForJobStatus('j-1'), { outcome: 'failed', message: /no such column/ });
  });

  it('other waits say what they need', async () => {
    const { run } = cypress({});
    await assert.rejects(run.awaitJob('http://a/b'), /cy\.awaitJob needs Tamarack/);
    await assert.rejects(run.waitForWish({ conditions: [] }), /cy\.waitForWish needs Tamarack/);
    await assert.rejects(cypress({}).run.pollForJobStatus('j'), /needs baseUrl/);
  });

  it('captures work within a test, and from the environment', async () => {
    const { run } = cypress({ TAMARACK_CAPTURES_JSON: '{"build":17}' }, { titles: ['alone'] });
    assert.equal(await run.captured('build'), 17);
    await run.capture('job_id', 'j-1');
    assert.equal(await run.captured('job_id'), 'j-1');
    await assert.rejects(cypress({}, { titles: ['another test'] }).run.captured('job_id'), /nothing at all/);
  });
});

it('both packages carry the same agent.js', () => {
  const other = path.join(__dirname, '../../playwright/agent.js');
  assert.equal(fs.readFileSync(path.join(__dirname, '../agent.js'), 'utf8'), fs.readFileSync(other, 'utf8'), 'copy it after every change');
});
