import { action_input, expect, fill_form, test, unique } from './support/fixtures';

test.describe('new action', () => {
  test('a mutation can be created', { tag: '@smoke' }, async ({ page, api }) => {
    const input = action_input(unique('create'), { timeout_s: 45 });
    await page.goto('/actions');
    await page.getByRole('button', { name: 'New action' }).click();
    await fill_form(page, input);
    await page.getByRole('button', { name: 'Create action' }).click();
    await expect(page.getByRole('heading', { name: input.name })).toBeVisible();
    await expect(page.getByTestId('status')).toHaveText('draft');
    expect(await api.get(input.name)).toMatchObject({ ...input, version: 1, updated_by: 'Ada Admin', permissions: [] });
  });

  test('a query can be created', async ({ page, api }) => {
    const input = action_input(unique('create'), { type: 'query', handler: '{{BASE_URL}}/rates' });
    await page.goto('/actions/new');
    await fill_form(page, input);
    await page.getByRole('button', { name: 'Create action' }).click();
    await expect(page.getByRole('heading', { name: input.name })).toBeVisible();
    expect(await api.get(input.name)).toMatchObject({ type: 'query', handler: '{{BASE_URL}}/rates' });
  });

  test('a name can be taken only once', async ({ page, api }) => {
    const name = unique('twice');
    await api.create(name);
    await page.goto('/actions/new');
    await fill_form(page, action_input(name));
    await page.getByRole('button', { name: 'Create action' }).click();
    await expect(page.getByText(`An action named '${name}' already exists.`)).toBeVisible();
    await expect(page).toHaveURL(/\/actions\/new$/);
  });

  test('cancel leaves nothing behind', async ({ page, api }) => {
    const input = action_input(unique('cancel'));
    await page.goto('/actions/new');
    await fill_form(page, input);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
    expect(await api.exists(input.name)).toBe(false);
  });
});
