import { expect, test, unique } from './support/fixtures';

test.describe('a viewer', () => {
  test.use({ person: 'vera' });

  test('sees everything and changes nothing', { annotation: { type: 'issue', description: 'ACT-42: viewers could archive' } }, async ({ page, api }) => {
    const name = unique('viewer');
    await api.create(name);
    await page.goto(`/actions?q=${name}`);
    await expect(page.getByRole('row', { name })).toBeVisible();
    await expect(page.getByRole('button', { name: 'New action' })).toBeHidden();
    await page.getByRole('link', { name }).click();
    await expect(page.getByLabel('Handler')).toBeDisabled();
    for (const button of ['Save', 'Publish', 'Archive', 'Delete']) {
      await expect(page.getByRole('button', { name: button })).toBeHidden();
    }
    await page.getByRole('tab', { name: 'Permissions' }).click();
    await expect(page.getByRole('switch', { name: `user may call ${name}` })).toBeDisabled();
  });

  test('is refused by the API as well', { tag: '@api' }, async ({ page, api }) => {
    const name = unique('viewer');
    await api.create(name);
    const answers = await Promise.all([
      page.request.post(`/api/actions/${name}/archive`),
      page.request.delete(`/api/actions/${name}`),
      page.request.put('/api/settings', { data: { workspace_name: 'mine' } }),
    ]);
    expect(answers.map((answer) => answer.status())).toEqual([403, 403, 403]);
  });
});

test.describe('an editor', () => {
  test.use({ person: 'eli' });

  test('edits actions, but not the settings', async ({ page, api }) => {
    const name = unique('editor');
    await api.create(name);
    await page.goto(`/actions/${name}`);
    await page.getByLabel('Description').fill('An editor was here');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('changed by Eli Editor')).toBeVisible();
    await page.goto('/settings');
    await expect(page.getByText('Only admins can change the settings.')).toBeVisible();
    await expect(page.getByLabel('Workspace name')).toBeDisabled();
  });
});
