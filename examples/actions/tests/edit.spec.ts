import { expect, fill_form, sign_in, test, unique } from './support/fixtures';

test.describe('edit an action', () => {
  // With BREAK=save the server stores another timeout than it was sent; this is the one test that notices.
  test('saves the timeout that was entered', async ({ page, api }) => {
    const name = unique('save');
    await api.create(name, { timeout_s: 30 });
    await page.goto(`/actions/${name}`);
    await fill_form(page, { timeout_s: 120 });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved')).toBeVisible();
    await page.reload();
    await expect(page.getByLabel('Timeout')).toHaveValue('120');
  });

  test('renames an action and keeps its history', async ({ page, api }) => {
    const name = unique('old');
    const next = unique('new');
    await api.create(name);
    await api.permit(name, 'partner');
    await page.goto(`/actions/${name}`);
    await fill_form(page, { name: next, definition: `type Mutation { ${next}: Int }` });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: next })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/actions/${next}$`));
    await page.getByRole('tab', { name: 'Activity' }).click();
    await expect(page.getByRole('row', { name: /created/ })).toContainText(next);
    expect(await api.exists(name)).toBe(false);
    expect((await api.get(next)).permissions).toEqual(['partner']);
  });

  test('does not overwrite what somebody else saved meanwhile', async ({ page, api, playwright, baseURL }) => {
    const name = unique('conflict');
    await api.create(name);
    await page.goto(`/actions/${name}`);
    await expect(page.getByLabel('Description')).toHaveValue(`Made for ${name}`);

    const eli = await playwright.request.newContext({ baseURL });
    await sign_in(eli, 'eli');
    const theirs = { ...(await api.get(name)), description: 'Eli was faster' };
    expect((await eli.put(`/api/actions/${name}`, { data: theirs })).status()).toBe(200);
    await eli.dispose();

    await fill_form(page, { description: 'Ada came second' });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Eli Editor has changed this action meanwhile.')).toBeVisible();
    expect((await api.get(name)).description).toBe('Eli was faster');
  });

  test('shows the new definition after saving', async ({ page, api }) => {
    const name = unique('define');
    await api.create(name);
    const definition = `type Query {\n  ${name}(from: String!, to: String!): [Rate!]!\n}`;
    await page.goto(`/actions/${name}`);
    await fill_form(page, { type: 'query', definition });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved')).toBeVisible();
    await expect(page.getByRole('main').getByText('query', { exact: true })).toBeVisible();
    expect(await api.get(name)).toMatchObject({ type: 'query', definition, version: 2 });
  });

  test('an address of an action that is gone says so', async ({ page }) => {
    const name = unique('gone');
    await page.goto(`/actions/${name}`);
    await expect(page.getByText(`Action '${name}' does not exist`)).toBeVisible();
  });
});
