// Hooks, one of which fails when FAIL_HOOK names it.
const fail = (name) => {
  if (process.env.FAIL_HOOK === name) throw new Error(`${name} is broken`);
};

describe('hooks', () => {
  before(() => fail('before'));
  beforeEach(() => fail('beforeEach'));
  afterEach(() => fail('afterEach'));
  after(() => fail('after'));

  it('first', () => {});
  it('second', () => {});
  it.skip('third, skipped', () => {});

  describe('inner', () => {
    it('fourth', () => {});
  });
});

describe('after the hooks', () => {
  it('runs in any case', () => {});
});
