// The half that runs in Cypress' own Node process: it talks to the agent, because a page may not. Call it in setupNodeEvents. A task tells
// an error as a value, so that the command in the browser throws it in its own words.
'use strict';

const fs = require('fs');
const { TamarackWaitError, agent_of, job_wish, poll, wait_on_agent } = require('./agent.js');

const CAPTURE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
let said_that_it_polls = false;

const told = async (action) => {
  try {
    return { value: await action() };
  } catch (error) {
    return { error: { message: error.message, outcome: error instanceof TamarackWaitError ? error.outcome : '', answer: error.answer || {} } };
  }
};

const same = (left, right) => left.length === right.length && left.every((title, index) => title === right[index]);

/** What earlier phases of this test's flow have captured, and what the run was given. A unit of a command is a whole spec, without titles. */
const read_captured = (env, { spec, title_path }) => {
  const alone = env.TAMARACK_CAPTURES_JSON ? JSON.parse(env.TAMARACK_CAPTURES_JSON) : {}; // for plain `npx cypress run`
  if (!env.TAMARACK_CAPTURES) return alone;
  const { flows = [], given = {} } = JSON.parse(fs.readFileSync(env.TAMARACK_CAPTURES, 'utf8'));
  const flow = flows.find(({ tests }) => tests.some((test) => test.spec === spec && (!test.title_path.length || same(test.title_path, title_path))));
  return { ...alone, ...given, ...(flow ? flow.captures : {}) };
};

const tasks = (env = process.env) => {
  const need_agent = (command) => {
    const agent = agent_of(env);
    if (agent) return agent;
    throw new Error(`cy.${command} needs Tamarack, and this test does not run under it: start it with \`tamarack run\`, or use cy.pollForJobStatus, which can poll alone`);
  };
  return {
    'tamarack:wait': ({ command, wish, captures }) => told(async () => wait_on_agent(need_agent(command), wish, captures)),
    'tamarack:job': ({ command, job, options, captures, polls }) => told(async () => {
      const wish = job_wish(job, options);
      if (agent_of(env) || !polls) return (await wait_on_agent(need_agent(command), wish, captures)).captures.body;
      if (!said_that_it_polls) process.stderr.write(`tamarack: this test does not run under Tamarack, so ${wish.name} is polled every ${wish.pace.max_ms} ms\n`);
      said_that_it_polls = true;
      if (!/^https?:/.test(job.url)) throw new TamarackWaitError('invalid', `'${job.url}' needs baseUrl in the configuration of Cypress`);
      return poll(wish);
    }),
    'tamarack:capture': ({ name, value }) => told(() => {
      if (!CAPTURE_NAME.test(name)) throw new TypeError(`a capture's name has letters, digits and '_' and does not begin with a digit, got '${name}'`);
      // JSON has no line breaks of its own, so one line holds any value.
      if (env.TAMARACK_OUTPUT) fs.appendFileSync(env.TAMARACK_OUTPUT, `${name}=${JSON.stringify(value)}\n`);
      return value;
    }),
    'tamarack:captured': (test) => told(() => read_captured(env, test)),
  };
};

const register = (on, config) => {
  on('task', tasks());
  return config;
};

module.exports = register;
module.exports.tasks = tasks;
