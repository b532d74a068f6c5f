// The set-up that every process running a test of "signed in" repeats.
const { test: setup, expect } = require('@playwright/test');

setup('sign in', async () => {
  expect(process.env.FAIL_SETUP || '').toBe('');
});
