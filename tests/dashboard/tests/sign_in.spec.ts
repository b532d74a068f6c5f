import { expect, rows, test } from '../support/fixtures';

test.use({ allowed: /status of 401/ });

test.describe('a closed server', () => {
  test('asks for a token, says when it is wrong, and leads back', async ({ page, closed }) => {
    const token = await closed.token('admin', '*');
    await page.goto(`${closed.address}/runs?verdict=failed`);
    await expect(page).toHaveURL(/\/login\?back=/);
    await expect(page.getByRole('form', { name: 'Sign in' })).toBeVisible();
    await page.getByLabel('Token').fill('tmk_wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('not valid');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(`${closed.address}/runs?verdict=failed`);
    await expect(rows(page, 'Runs')).toHaveCount(1);
    await expect(page.getByRole('link', { name: 'Tokens' })).toBeVisible();
    expect(await page.evaluate(() => document.cookie), 'no script can read the session').toBe('');
  });

  test('shows a viewer the run, but nothing to change it with, until the way out', async ({ page, closed, shop, startAgent, name }) => {
    const token = await closed.token('viewer');
    const waiting = `${closed.address}/runs/${shop['feature/waiting']?.run_id}`;
    await page.goto(waiting);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(waiting);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('0 of 4 tests finished');
    await expect(page.getByText('the viewer')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Cancel run' })).toBeHidden();
    await expect(page.getByRole('link', { name: 'Tokens' })).toBeHidden();
    await startAgent(name, 1, { server: closed.address, token: await closed.token('runner') });
    await page.getByRole('link', { name: 'Agents' }).click();
    await expect(rows(page, 'Agents')).toContainText(name);
    await expect(page.getByRole('button', { name: /Drain|take runs again/ })).toHaveCount(0);
    await page.goto(`${closed.address}/tokens`);
    await expect(page.getByRole('alert')).toContainText('Only admins see the tokens');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(`${closed.address}/login`);
    await page.goto(waiting);
    await expect(page).toHaveURL(/\/login\?back=/);
  });

  test('lets a runner cancel', async ({ page, closed, shop }) => {
    const token = await closed.token('runner');
    await page.goto(`${closed.address}/runs/${shop['feature/waiting']?.run_id}`);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await expect(page.locator('.verdict-word')).toContainText('Cancelled');
  });
});
