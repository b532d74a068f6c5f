// Parallel describes: every test is free, apart from those that a serial describe inside keeps together.
const { test } = require('@playwright/test');

test.describe.parallel('free', () => {
  test('one', async () => {});
  test('two', async () => {});
  test.describe.serial('chain', () => {
    test('a', async () => {});
    test('b', async () => {});
  });
});

test('in the file', async () => {});
