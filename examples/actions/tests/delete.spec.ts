import { expect, test, unique } from './support/fixtures';

test.describe('delete', () => {
  test('asks for the name first', { tag: '@smoke' }, async ({ page, api }) => {
    const name = unique('delete');
    await api.create(name);
    await page.goto(`/actions/${name}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `Delete ${name}?` });
    const confirm = dialog.getByRole('button', { name: 'Delete action' });
    await expect(confirm).toBeDisabled();
    await dialog.getByLabel('Name of the action').fill(name.slice(0, -1));
    await expect(confirm).toBeDisabled();
    await dialog.getByLabel('Name of the action').fill(name);
    await confirm.click();
    await expect(page.getByText(`${name} deleted`)).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
    expect(await api.exists(name)).toBe(false);
  });

  test('can be cancelled', async ({ page, api }) => {
    const name = unique('keep');
    await api.create(name);
    await page.goto(`/actions/${name}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    expect(await api.exists(name)).toBe(true);
  });

  test('several go at once', async ({ page, api }) => {
    const prefix = unique('bulk');
    for (const letter of ['a', 'b', 'c']) await api.create(`${prefix}_${letter}`);
    await page.goto(`/actions?q=${prefix}`);
    for (const letter of ['a', 'c']) await page.getByRole('row', { name: `${prefix}_${letter}` }).getByRole('checkbox').check();
    await expect(page.getByText('2 selected')).toBeVisible();
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('2 actions deleted')).toBeVisible();
    await expect(page.getByText('1 found')).toBeVisible();
    expect(await api.exists(`${prefix}_b`)).toBe(true);
    expect(await api.exists(`${prefix}_a`)).toBe(false);
  });

  test('wipes nothing less than everything on a reset', async ({ page, api }) => {
    test.skip(process.env.EXCLUSIVE_SERVER !== '1', 'empties the database under all other tests: set EXCLUSIVE_SERVER=1 and run this test alone');
    const name = unique('reset');
    await api.create(name);
    expect((await page.request.post('/__test__/reset')).status()).toBe(200);
    await page.goto('/actions');
    await expect(page.getByRole('heading', { name: 'Sign in to Actions' })).toBeVisible();
  });
});
