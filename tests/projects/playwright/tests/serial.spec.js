// A serial describe: its tests run in order in one process, and a failure keeps the rest from running.
const { test, expect } = require('@playwright/test');

let steps = [];

test.describe.serial('wizard', () => {
  test('first', async () => {
    steps.push(1);
  });
  test('second', async () => {
    expect(process.env.FAIL_SERIAL || '').toBe('');
    steps.push(2);
  });
  test('third', async () => {
    expect(steps).toEqual([1, 2]);
  });
});

test('outside of the wizard', async () => {});
