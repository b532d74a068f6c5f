// The commands, for the support file. They run in the browser and only hand on to plugin.js.
'use strict';

const NOTHING = new Set(['', 'undefined', 'null', 'NaN', 'None', '[object Object]']);
const TASK_MARGIN_MS = 15_000; // The agent ends a wait itself; Cypress only ends a task that hangs.
const COMMAND_MS = 10_000;

/** Throws when `id` is what a misspelt field leaves behind: asking for it would be a 404 for minutes and then be called a timeout. */
const check_id = (id, command) => {
  if (['string', 'number', 'bigint'].includes(typeof id) && !NOTHING.has(String(id))) return String(id);
  throw new Error(`cy.${command}: the job's id is ${typeof id === 'string' ? `'${id}'` : String(id)}; ` +
    'was a field misspelt where it was read, such as jobId for job_id?');
};

const place_of = (Cypress) => ({
  spec: String(Cypress.spec.relative || '').split('\\').join('/'),
  title_path: (Cypress.currentTest && Cypress.currentTest.titlePath) || [],
});

const absolute = (Cypress, url) => {
  const base = Cypress.config('baseUrl');
  return base && typeof url === 'string' && url.startsWith('/') ? new URL(base).origin + url : url;
};

const rebased = (Cypress, wish) => ({
  ...wish,
  conditions: (wish.conditions || []).map((one) => one && one.http
    ? { ...one, http: { ...one.http, url: absolute(Cypress, one.http.url), ...(one.http.events && { events: absolute(Cypress, one.http.events) }) } } : one),
});

const job_of = (target, command) => {
  if (typeof target === 'string' && (target.startsWith('/') || /^https?:/.test(target))) return { url: target };
  const given = target !== null && typeof target === 'object' ? target : { id: target };
  const url = given.url || given.statusUrl || given.status_url;
  if (url) return { ...given, url };
  const id = check_id(given.id ?? given.job_id ?? given.jobId, command);
  return { ...given, id, url: `/api/v1/jobs/${encodeURIComponent(id)}/status` };
};

const install = (Cypress, cy) => {
  // A test's own captures are gone with the test; earlier ones come from the agent.
  let own = { test: '', captures: {} };
  const own_captures = () => {
    const test = JSON.stringify(place_of(Cypress));
    if (own.test !== test) own = { test, captures: {} };
    return own.captures;
  };
  const ask = (task, argument, timeout) =>
    cy.task(task, argument, { timeout, log: false }).then(({ value, error }) => {
      if (!error) return cy.wrap(value, { log: false });
      throw Object.assign(new Error(error.message), { name: error.outcome ? 'TamarackWaitError' : 'Error', outcome: error.outcome, answer: error.answer });
    });
  const with_captures = (then) =>
    ask('tamarack:captured', place_of(Cypress), COMMAND_MS).then((earlier) => then({ ...earlier, ...own_captures() }));
  const wait_for_job = (command, job, options, polls) => {
    const { timeout = 180_000, interval = 5_000 } = options;
    if (!(timeout > 0) || !(interval > 0)) throw new Error(`cy.${command}: timeout and interval are milliseconds above 0`);
    Cypress.log({ name: command, message: job.id === undefined ? job.url : job.id });
    const whole = { ...job, url: absolute(Cypress, job.url) };
    return with_captures((captures) =>
      ask('tamarack:job', { command, job: whole, options: { timeout, interval }, captures, polls }, timeout + TASK_MARGIN_MS));
  };

  Cypress.Commands.add('pollForJobStatus', (id, options = {}) => {
    const job = job_of({ ...options, id: check_id(id, 'pollForJobStatus') }, 'pollForJobStatus');
    return wait_for_job('pollForJobStatus', job, options, true);
  });
  Cypress.Commands.add('awaitJob', (target, options = {}) => wait_for_job('awaitJob', job_of(target, 'awaitJob'), options, false));
  Cypress.Commands.add('waitForWish', (wish, options = {}) => {
    const whole = rebased(Cypress, { timeout_ms: 600_000, ...wish, ...(options.timeout && { timeout_ms: options.timeout }) });
    return with_captures((captures) => ask('tamarack:wait', { command: 'waitForWish', wish: whole, captures }, whole.timeout_ms + TASK_MARGIN_MS));
  });
  Cypress.Commands.add('capture', (name, value) => {
    if (value === undefined) throw new Error(`cy.capture: '${name}' is undefined; was a field misspelt where it was read?`);
    own_captures()[name] = value;
    return ask('tamarack:capture', { name, value }, COMMAND_MS);
  });
  Cypress.Commands.add('captured', (name) => with_captures((captures) => {
    if (Object.prototype.hasOwnProperty.call(captures, name)) return cy.wrap(captures[name], { log: false });
    throw new Error(`cy.captured: nothing was captured as '${name}'; captured: ${Object.keys(captures).join(', ') || 'nothing at all'}`);
  }));
};

if (typeof Cypress !== 'undefined') install(Cypress, cy); // eslint-disable-line no-undef

module.exports = { install };
