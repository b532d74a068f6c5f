// Mocha's own retries: the first try fails, the second passes.
const assert = require('node:assert/strict');

describe('retries', function () {
  this.retries(2);
  let tries = 0;

  it('passes at the second try', () => {
    tries += 1;
    assert.equal(tries, 2);
  });

  it('passes at once', () => {});
});
