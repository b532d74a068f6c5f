// In a fully parallel project every test is free, except those of a serial or default describe.
const { test } = require('@playwright/test');

test('alpha', async () => {});
test('beta', async () => {});

test.describe('in order', () => {
  test.describe.configure({ mode: 'default' });
  test('gamma', async () => {});
  test('delta', async () => {});
});
