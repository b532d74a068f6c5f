import { readFile } from 'node:fs/promises';
import { cursor, expect, expectNoSidewaysScrolling, rows, test } from '../support/fixtures';

interface Report {
  tests: { attempts?: { attachments?: { name: string }[] }[] }[];
}

test.describe('the artifacts of a run', () => {
  test('are all there, with their test, and are handed out', async ({ page, shop, request }) => {
    const run = shop['feature/taxes']?.run_id ?? '';
    const report = await (await request.get(`/api/v1/runs/${run}/report`)).json() as Report;
    const names = report.tests.flatMap(({ attempts = [] }) => attempts.flatMap(({ attachments = [] }) => attachments.map(({ name }) => name)));
    expect(names).toContain('receipt-checkout.txt');

    await page.goto(`/runs/${run}`);
    await page.getByRole('tab', { name: /^Artifacts/ }).click();
    await expect(page).toHaveURL(/#tab=artifacts$/);
    await expect(rows(page, 'Artifacts')).toHaveCount(names.length);
    await expect(page.getByRole('tab', { name: /^Artifacts/ })).toContainText(String(names.length));
    const receipt = rows(page, 'Artifacts').filter({ hasText: 'receipt-checkout.txt' }).first();
    await expect(receipt).toContainText('of 2');
    await expect(receipt).toContainText('10');
    const [download] = await Promise.all([page.waitForEvent('download'), receipt.getByRole('link', { name: /^Download/ }).click()]);
    expect(download.suggestedFilename()).toBe('receipt-checkout.txt');
    expect(await readFile(await download.path(), 'utf8')).toBe('total: 41\n');

    await receipt.getByRole('link', { name: /^failed: checkout/ }).click();
    await expect(page.getByRole('article', { name: /checkout/ })).toContainText('expected a total of 42, got 41');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('article')).toBeHidden();
    await expect(rows(page, 'Artifacts')).toHaveCount(names.length);
  });

  test('are narrowed by kind, search and failed tests, and the address brings it back', async ({ page, shop, context }) => {
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}#tab=artifacts`);
    await page.getByRole('button', { name: /^images/ }).click();
    await expect(page).toHaveURL(/kind=image/);
    await expect(rows(page, 'Artifacts').first()).toContainText('till.png');
    for (const row of await rows(page, 'Artifacts').all()) await expect(row).toContainText('image');
    await page.getByRole('button', { name: /^images/ }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('basket');
    await expect(page).toHaveURL(/file=basket/);
    for (const row of await rows(page, 'Artifacts').all()) await expect(row).toContainText('basket.txt');
    const count = await rows(page, 'Artifacts').count();
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByRole('textbox', { name: 'Search artifacts' })).toHaveValue('basket');
    await expect(rows(other, 'Artifacts')).toHaveCount(count);

    // What passed on its second try left evidence of its first, but did not fail.
    await page.goto(`/runs/${shop.main?.run_id}#tab=artifacts&of=failed`);
    await expect(page.getByText('No artifact matches this search and filter.')).toBeVisible();
    await page.getByRole('button', { name: /^only of failed tests/ }).click();
    await expect(rows(page, 'Artifacts').first()).toContainText('cart');
  });

  test('show a picture small and large, by mouse and by keyboard', async ({ page, shop }) => {
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}#tab=artifacts&kind=image`);
    const small = rows(page, 'Artifacts').first().locator('img');
    await expect.poll(() => small.evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBe(1);
    await rows(page, 'Artifacts').first().getByRole('button', { name: /^Show/ }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();

    await page.reload();
    await expect(rows(page, 'Artifacts').first()).toBeVisible();
    await page.keyboard.press('j');
    await expect.poll(() => cursor(page)).toBe(0);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('article', { name: /checkout/ })).toBeVisible();
  });

  test('of a run that left none say so, also on a phone', async ({ page, shop }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`/runs/${shop['feature/waiting']?.run_id}#tab=artifacts`);
    await expect(page.getByText('There are no artifacts yet.')).toBeVisible();
    await expectNoSidewaysScrolling(page);
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}#tab=artifacts`);
    await expect(rows(page, 'Artifacts').first()).toBeVisible();
    await expectNoSidewaysScrolling(page);
  });
});
