import { expect, test } from './support/fixtures';

test('every place of the menu opens its page', { tag: '@smoke' }, async ({ page }) => {
  await page.goto('/');
  const menu = page.getByRole('navigation', { name: 'Main' });
  for (const place of ['Permissions', 'Activity', 'Import / export', 'Settings', 'Actions']) {
    await menu.getByRole('link', { name: place }).click();
    await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
    await expect(page).toHaveTitle(`${place} · Actions`);
  }
});

test('an unknown address says that there is no such page', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(page.getByText('This page does not exist')).toBeVisible();
  await page.getByRole('link', { name: 'Back to the actions' }).click();
  await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
});
