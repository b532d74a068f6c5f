const { test } = require('@playwright/test');

test('shows the account', async () => {});
test('shows the orders', async () => {});
