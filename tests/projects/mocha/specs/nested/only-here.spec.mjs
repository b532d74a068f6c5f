// An ES module in a folder of its own.
import assert from 'node:assert/strict';

describe('modules', () => {
  before(() => {
    if (process.env.TRACE_HOOKS) console.log('hook of the module suite');
  });

  it('are loaded', async () => {
    assert.ok(import.meta.url);
  });
});
