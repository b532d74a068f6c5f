// Settings hold for the whole server. No other spec reads them, each test writes another key, and none relies on a value
// that it has not just written.
import { expect, test, unique } from './support/fixtures';

test.describe('settings', () => {
  test('the name of the workspace appears at the top', async ({ page }) => {
    const name = `Team ${unique('space')}`;
    await page.goto('/settings');
    await page.getByLabel('Workspace name').fill(name);
    await page.getByRole('button', { name: 'Save settings' }).click();
    await expect(page.getByText('Settings saved')).toBeVisible();
    await expect(page.getByTestId('workspace-name')).toHaveText(name);
    await page.reload();
    await expect(page.getByTestId('workspace-name')).toHaveText(name);
  });

  test('an address that is none is refused', async ({ page, api }) => {
    const before = await (await api.request.get('/api/settings')).json();
    await page.goto('/settings');
    await page.getByLabel('Notify about failed calls').fill('nobody');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await expect(page.getByText('Enter an e-mail address.')).toBeVisible();
    const after = await (await api.request.get('/api/settings')).json();
    expect(after.notify_address).toBe(before.notify_address);
  });
});
