// The framework's own retries: the first try fails, the second passes. Each try has a fresh process.
const { test, expect } = require('@playwright/test');

test.describe.configure({ retries: 2 });

test('passes at the second try', async ({}, info) => {
  expect(info.retry).toBe(1);
});

test('passes at once', async () => {});
