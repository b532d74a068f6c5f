import type { Page } from '@playwright/test';
import { action_input, expect, test, unique } from './support/fixtures';

const rows = (page: Page) => page.locator('tbody tr.ant-table-row');
const names = (page: Page) => rows(page).getByRole('link').allTextContents();

test.describe('list of actions', () => {
  test('search finds by name and by description', { tag: '@smoke' }, async ({ page, api }) => {
    const name = unique('search');
    const word = unique('needle');
    await api.create(name, { description: `Holds a ${word} in its text` });
    await page.goto('/actions');
    const search = page.getByLabel('Search actions');
    await search.fill(word.toUpperCase());
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).first()).toContainText(name);
    await search.fill(name.slice(3));
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByText('1 found')).toBeVisible();
  });

  test('search ignores case beyond ASCII', {
    annotation: { type: 'known fault', description: "the database's lower() leaves accented letters as they are" },
  }, async ({ page, api }) => {
    test.fail(true, 'SQLite compares accented letters as they are written');
    const name = unique('accent');
    await api.create(name, { description: `Überweisung ${name}` });
    const found = page.waitForResponse((response) => response.url().includes('/api/actions?'));
    await page.goto(`/actions?q=${encodeURIComponent(`überweisung ${name}`)}`);
    await found;
    await expect(rows(page)).toHaveCount(1, { timeout: 500 });
  });

  test('type and status narrow the list', async ({ page, api }) => {
    const prefix = unique('narrow');
    await api.create(`${prefix}_a`, { type: 'query' });
    await api.create(`${prefix}_b`, { type: 'mutation' });
    await api.create(`${prefix}_c`, { type: 'mutation' });
    await api.move(`${prefix}_c`, 'archive');
    await page.goto(`/actions?q=${prefix}`);
    await expect(rows(page)).toHaveCount(3);
    await page.getByLabel('Type').click();
    await page.locator('.ant-select-item-option', { hasText: 'Mutations' }).click();
    await expect(rows(page)).toHaveCount(2);
    await page.locator('.ant-segmented-item', { hasText: 'Archived' }).click();
    await expect(rows(page)).toHaveCount(1);
    expect(await names(page)).toEqual([`${prefix}_c`]);
    await page.locator('.ant-segmented-item', { hasText: 'Draft' }).click();
    await expect(rows(page).first()).toContainText(`${prefix}_b`);
  });

  test('columns sort both ways', async ({ page, api }) => {
    const prefix = unique('sort');
    for (const letter of ['b', 'c', 'a']) await api.create(`${prefix}_${letter}`);
    await page.goto(`/actions?q=${prefix}`);
    const expected = (...letters: string[]) => letters.map((letter) => `${prefix}_${letter}`);
    await expect.poll(() => names(page)).toEqual(expected('a', 'b', 'c'));
    await page.getByRole('columnheader', { name: 'Name' }).click();
    await expect.poll(() => names(page)).toEqual(expected('c', 'b', 'a'));
    await page.getByRole('columnheader', { name: 'Updated' }).click();
    await expect.poll(() => names(page)).toEqual(expected('b', 'c', 'a'));
    await page.getByRole('columnheader', { name: 'Updated' }).click();
    await expect.poll(() => names(page)).toEqual(expected('a', 'c', 'b'));
  });

  test('long lists come in pages of ten', async ({ page, api }) => {
    const prefix = unique('pages');
    const numbers = Array.from({ length: 23 }, (_, i) => String(i + 1).padStart(2, '0'));
    await api.import(numbers.map((number) => action_input(`${prefix}_${number}`)));
    await page.goto(`/actions?q=${prefix}`);
    await expect(page.getByText('23 found')).toBeVisible();
    await expect(rows(page)).toHaveCount(10);
    await page.getByRole('listitem', { name: '2', exact: true }).click();
    await expect(rows(page).first()).toContainText(`${prefix}_11`);
    await page.getByRole('listitem', { name: '3', exact: true }).click();
    await expect(rows(page)).toHaveCount(3);
    await expect(page).toHaveURL(/page=3/);
  });

  test('the address keeps the view', async ({ page, api }) => {
    const prefix = unique('address');
    await api.create(`${prefix}_one`, { type: 'query' });
    await api.create(`${prefix}_two`, { type: 'mutation' });
    await page.goto('/actions');
    await page.getByLabel('Search actions').fill(prefix);
    await expect(rows(page)).toHaveCount(2);
    await page.getByLabel('Type').click();
    await page.locator('.ant-select-item-option', { hasText: 'Queries' }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.reload();
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByLabel('Search actions')).toHaveValue(prefix);
    await rows(page).getByRole('link').click();
    await expect(page.getByRole('heading', { name: `${prefix}_one` })).toBeVisible();
    await page.goBack();
    await expect(page.getByLabel('Search actions')).toHaveValue(prefix);
  });

  test('an empty result says why', async ({ page }) => {
    await page.goto(`/actions?q=${unique('nothing')}`);
    await expect(page.getByText('No action fits these filters')).toBeVisible();
  });
});
