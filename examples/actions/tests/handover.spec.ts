// Work on many actions at a time: two long tests, where most specs have several short ones.
import { action_input, expect, test, unique } from './support/fixtures';
import { create_in_form, publish } from './support/steps';

test.describe('handover', () => {
  test('a partner is given three actions', async ({ page, api }) => {
    const prefix = unique('partner');
    const names = ['quote', 'order', 'track'].map((verb) => `${prefix}_${verb}`);
    await page.goto('/actions');
    for (const name of names) {
      await create_in_form(page, name, 'For the new partner');
      await publish(page);
      await page.getByRole('link', { name: 'Actions' }).click();
    }
    await page.getByRole('link', { name: 'Permissions' }).click();
    await expect(page.getByRole('heading', { name: 'Permissions' })).toBeVisible();
    await page.getByLabel('Search actions').fill(prefix);
    await page.getByLabel('Search actions').press('Enter');
    await expect(page.locator('tbody tr.ant-table-row')).toHaveCount(names.length);
    for (const name of names) {
      await page.getByRole('switch', { name: `partner may call ${name}` }).click();
      await expect(page.getByRole('switch', { name: `partner may call ${name}` })).toBeChecked();
    }
    for (const name of names) expect(await api.get(name)).toMatchObject({ status: 'published', permissions: ['partner'] });
  });

  test('a workspace is carried over and tidied up', async ({ page, api }) => {
    const prefix = unique('carry');
    const names = Array.from({ length: 12 }, (_, i) => `${prefix}_${String(i + 1).padStart(2, '0')}`);
    const document = { format: 'actions-export', version: 1, actions: names.map((name) => action_input(name)) };
    await page.goto('/transfer');
    await page.locator('input[type=file]').setInputFiles({
      name: 'workspace.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(document)),
    });
    await page.getByRole('button', { name: 'Import 12 actions' }).click();
    await expect(page.getByText('12 of 12 actions imported')).toBeVisible();

    await page.getByRole('link', { name: 'Actions' }).click();
    await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
    await page.getByLabel('Search actions').fill(prefix);
    await expect(page.getByText('12 found')).toBeVisible();
    for (const name of names.slice(0, 2)) {
      await page.getByRole('link', { name }).click();
      await publish(page);
      await page.goBack();
      await expect(page.getByText('12 found')).toBeVisible();
    }
    for (const name of names.slice(2, 8)) await page.getByRole('row', { name }).getByRole('checkbox').check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Archive' }).click();
    await expect(page.getByText('6 actions archived')).toBeVisible();
    await page.locator('.ant-segmented-item', { hasText: 'Archived' }).click();
    await expect(page.getByText('6 found')).toBeVisible();
    await page.getByLabel('Select all').check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('6 actions deleted')).toBeVisible();
    await page.locator('.ant-segmented-item', { hasText: 'Published' }).click();
    await expect(page.getByText('2 found')).toBeVisible();
    expect(await api.exists(names[2]!)).toBe(false);
  });
});
