import { expect, test, unique } from './support/fixtures';

test.describe('activity', () => {
  test('the log can be narrowed to an action and a kind', async ({ page, api }) => {
    const name = unique('log');
    await api.create(name);
    await api.save(name, { description: 'changed once' });
    await api.permit(name, 'user');
    await page.goto('/activity');
    await page.getByRole('searchbox', { name: 'Action' }).fill(name);
    await page.getByRole('searchbox', { name: 'Action' }).press('Enter');
    await expect(page.getByRole('row', { name })).toHaveCount(3);
    await page.getByLabel('Kind').click();
    await page.locator('.ant-select-item-option').getByText('changed', { exact: true }).click();
    await expect(page.getByRole('row', { name })).toHaveCount(1);
    await expect(page.getByRole('row', { name })).toContainText('description');
    await expect(page).toHaveURL(new RegExp(`action=${name}&kind=changed`));
  });

  test('the log outlives the action', async ({ page, api }) => {
    const name = unique('outlive');
    await api.create(name);
    await api.request.delete(`/api/actions/${name}`);
    await page.goto(`/activity?action=${name}`);
    await expect(page.getByRole('row', { name: /deleted/ })).toContainText(name);
    await page.getByRole('row', { name: /created/ }).getByRole('link', { name }).click();
    await expect(page.getByText(`Action '${name}' does not exist`)).toBeVisible();
  });
});
