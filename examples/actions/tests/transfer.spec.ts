import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { action_input, expect, test, unique } from './support/fixtures';

const as_file = (value: unknown, name = 'actions.json') => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

const export_of = (...actions: unknown[]) => ({ format: 'actions-export', version: 1, actions });
const choose = (page: Page, value: unknown) => page.locator('input[type=file]').setInputFiles(as_file(value));

test.describe('import and export', () => {
  test('a download holds what was asked for', async ({ page, api }, info) => {
    const prefix = unique('export');
    await api.create(`${prefix}_a`);
    await api.create(`${prefix}_b`);
    await api.permit(`${prefix}_b`, 'manager');
    await page.goto('/transfer');
    await page.getByLabel('Only actions with').fill(prefix);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download JSON' }).click();
    const file = await (await download).path();
    await info.attach('actions.json', { path: file, contentType: 'application/json' });
    await info.attach('page', { body: await page.screenshot(), contentType: 'image/png' });
    const { actions } = JSON.parse(await readFile(file, 'utf8'));
    expect(actions).toEqual([
      { ...action_input(`${prefix}_a`), permissions: [] },
      { ...action_input(`${prefix}_b`), permissions: ['manager'] },
    ]);
  });

  test('an import shows its plan and then keeps to it', async ({ page, api }) => {
    const prefix = unique('import');
    await api.create(`${prefix}_old`, { description: 'stays' });
    await page.goto('/transfer');
    await choose(page, export_of(action_input(`${prefix}_new`), action_input(`${prefix}_old`)));
    await expect(page.getByRole('row', { name: `${prefix}_new` })).toContainText('create');
    await expect(page.getByRole('row', { name: `${prefix}_old` })).toContainText('skip');
    expect(await api.exists(`${prefix}_new`)).toBe(false);
    await page.getByRole('button', { name: 'Import 2 actions' }).click();
    await expect(page.getByText('1 of 2 actions imported')).toBeVisible();
    expect(await api.exists(`${prefix}_new`)).toBe(true);
    expect((await api.get(`${prefix}_old`)).description).toBe('stays');
  });

  test('an import can replace what is there', async ({ page, api }) => {
    const name = unique('replace');
    await api.create(name, { description: 'before' });
    await page.goto('/transfer');
    await choose(page, export_of({ ...action_input(name), description: 'after', permissions: ['user'] }));
    await expect(page.getByRole('row', { name })).toContainText('skip');
    await page.getByLabel('replace them').check();
    await expect(page.getByRole('row', { name })).toContainText('replace');
    await page.getByRole('button', { name: 'Import 1 action' }).click();
    await expect(page.getByText('1 of 1 actions imported')).toBeVisible();
    expect(await api.get(name)).toMatchObject({ description: 'after', permissions: ['user'] });
  });

  test('one bad action stops the whole import', async ({ page, api }) => {
    const prefix = unique('bad');
    await page.goto('/transfer');
    await choose(page, export_of(action_input(`${prefix}_good`), { ...action_input(`${prefix}_bad`), handler: 'nowhere' }));
    await expect(page.getByRole('row', { name: `${prefix}_bad` })).toContainText('Enter an address that begins with');
    await expect(page.getByRole('button', { name: 'Import 2 actions' })).toBeDisabled();
    expect(await api.exists(`${prefix}_good`)).toBe(false);
  });

  test('a file that is something else is refused', async ({ page }) => {
    await page.goto('/transfer');
    await choose(page, 'not json at all');
    await expect(page.getByText("'actions.json' is not a JSON file.")).toBeVisible();
    await choose(page, { some: 'other document' });
    await expect(page.getByText('This is not an export of actions')).toBeVisible();
  });
});
