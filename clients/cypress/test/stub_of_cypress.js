// A stub of the parts of Cypress' API that support.js uses: commands that chain, tasks that run in Node, a spec and a test. It is no Cypress:
// no browser, no retries, no queue across commands.
'use strict';

const stub_of_cypress = (tasks, { spec = 'cypress/e2e/report.cy.js', titles = ['report', 'is made'], baseUrl = null } = {}) => {
  const commands = {};
  const logs = [];
  const asked = [];
  const Cypress = {
    spec: { relative: spec },
    currentTest: { titlePath: titles },
    config: (name) => ({ baseUrl })[name],
    log: (entry) => logs.push(entry),
    Commands: { add: (name, run) => { commands[name] = run; } },
  };
  // Cypress hands arguments and answers over as JSON.
  const over_the_wire = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  const cy = {
    task: (name, argument, options) => {
      asked.push({ name, argument, options });
      return chain(Promise.resolve().then(() => {
        if (!tasks[name]) throw new Error(`The task '${name}' was not handled in the setupNodeEvents method`);
        return tasks[name](over_the_wire(argument));
      }).then((value) => {
        if (value === undefined) throw new Error(`The task '${name}' returned undefined`);
        return over_the_wire(value);
      }));
    },
    wrap: (value) => chain(Promise.resolve(value)),
  };
  const chain = (promise) => ({
    then: (done, failed) => chain(promise.then(done, failed)),
  });
  const run = new Proxy({}, { get: (_, name) => async (...args) => commands[name](...args) });
  return { Cypress, cy, run, logs, asked };
};

module.exports = { stub_of_cypress };
