// One action walks through its life; every step begins where the one before it ended.
import { request } from '@playwright/test';
import { Api, expect, sign_in, test, unique } from './support/fixtures';

test.describe.configure({ mode: 'serial' });

test.describe('life of an action', () => {
  const name = unique('life');

  test.beforeAll(async ({ baseURL }) => {
    const context = await request.newContext({ baseURL });
    await sign_in(context, 'ada');
    await new Api(context).create(name);
    await context.dispose();
  });

  test('a draft is published', { tag: '@smoke' }, async ({ page }) => {
    await page.goto(`/actions/${name}`);
    await expect(page.getByTestId('status')).toHaveText('draft');
    // The page shows 'publishing' for a moment only, too short to rely on seeing it; the answer always says it.
    const answer = page.waitForResponse((response) => response.url().endsWith(`/${name}/publish`));
    await page.getByRole('button', { name: 'Publish' }).click();
    expect(await (await answer).json()).toMatchObject({ status: 'publishing' });
    await expect(page.getByTestId('status')).toHaveText('published');
    await expect(page.getByRole('button', { name: 'Publish' })).toBeHidden();
  });

  test('a published action is archived and read only', async ({ page }) => {
    await page.goto(`/actions/${name}`);
    await page.getByRole('button', { name: 'Archive' }).click();
    await expect(page.getByTestId('status')).toHaveText('archived');
    await expect(page.getByLabel('Handler')).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Save' })).toBeHidden();
  });

  test('an archived action cannot be published', async ({ page, api }) => {
    const answer = await api.request.post(`/api/actions/${name}/publish`);
    expect(answer.status()).toBe(409);
    expect((await answer.json()).error.message).toBe('Cannot publish an action that is archived.');
    await page.goto(`/actions?q=${name}&status=archived`);
    await expect(page.getByText('1 found')).toBeVisible();
  });

  test('a restored action is a draft again', async ({ page }) => {
    await page.goto(`/actions/${name}`);
    await page.getByRole('button', { name: 'Restore' }).click();
    await expect(page.getByTestId('status')).toHaveText('draft');
    await expect(page.getByLabel('Handler')).toBeEnabled();
  });

  test('the log tells the whole life', async ({ page }) => {
    await page.goto(`/actions/${name}/activity`);
    const kinds = page.locator('tbody tr.ant-table-row td:nth-child(3)');
    await expect(kinds).toHaveText(['restored', 'archived', 'published', 'asked to publish', 'created']);
  });
});
