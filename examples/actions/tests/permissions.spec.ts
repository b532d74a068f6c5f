import { expect, test, unique } from './support/fixtures';

test.describe('permissions', () => {
  test('a role is granted on the page of the action', { tag: '@smoke' }, async ({ page, api }) => {
    const name = unique('grant');
    await api.create(name);
    await page.goto(`/actions/${name}/permissions`);
    const partner = page.getByRole('switch', { name: `partner may call ${name}` });
    await expect(partner).not.toBeChecked();
    await partner.click();
    await expect(partner).toBeChecked();
    await expect.poll(async () => (await api.get(name)).permissions).toEqual(['partner']);
  });

  test('a role is revoked in the table of all actions', async ({ page, api }) => {
    const name = unique('revoke');
    await api.create(name);
    await api.permit(name, 'user');
    await api.permit(name, 'manager');
    await page.goto('/permissions');
    await page.getByLabel('Search actions').fill(name);
    await page.getByLabel('Search actions').press('Enter');
    await expect(page.getByRole('row', { name })).toHaveCount(1);
    const user = page.getByRole('switch', { name: `user may call ${name}` });
    await expect(user).toBeChecked();
    await user.click();
    await expect(user).not.toBeChecked();
    await expect(page.getByRole('switch', { name: `manager may call ${name}` })).toBeChecked();
    await expect.poll(async () => (await api.get(name)).permissions).toEqual(['manager']);
  });

  test('granted roles appear in the list and in the log', async ({ page, api }) => {
    const name = unique('listed');
    await api.create(name);
    await page.goto(`/actions?q=${name}`);
    await expect(page.getByRole('row', { name })).toContainText('admin only');
    await page.getByRole('link', { name }).click();
    await page.getByRole('tab', { name: 'Permissions' }).click();
    for (const role of ['user', 'anonymous']) {
      await page.getByRole('switch', { name: `${role} may call ${name}` }).click();
      await expect(page.getByRole('switch', { name: `${role} may call ${name}` })).toBeChecked();
    }
    await page.getByRole('tab', { name: 'Activity' }).click();
    await expect(page.getByRole('row', { name: /granted/ })).toHaveCount(2);
    await page.getByRole('link', { name: 'Actions' }).click();
    await page.getByLabel('Search actions').fill(name);
    await expect(page.getByRole('row', { name })).toContainText('anonymoususer');
  });
});
