// The ordinary cases of Mocha: nesting, pending tests, equal titles, output, retries.
const assert = require('node:assert/strict');

it('stands outside of any describe @fast', () => {});

describe('sums', () => {
  it('adds', () => {
    console.log('adding');
    console.error('warning');
    assert.equal(1 + 1, 2);
  });

  describe('of "nothing", › arrows, umlauts äöü and 漢字 🦊', () => {
    it('is  zero > (always) $^.* @slow', () => {
      assert.equal([].reduce((a, b) => a + b, 0), 0);
    });
  });

  it('has a twin', () => {});
  it('has a twin', () => {});
  it('is still to be written');
  it.skip('is skipped', () => {});

  it('is skipped while running', function () {
    this.skip();
  });

  it('fails on demand', () => {
    assert.equal(process.env.FAIL || '', '');
  });

  it('hangs on demand', function (done) {
    if (!process.env.HANG) return this.skip();
    this.timeout(Number(process.env.HANG));
    console.log('hanging now');
    return undefined; // done() is never called.
  });
});
