import { readFile } from 'node:fs/promises';
import { expect, test } from '../support/fixtures';

test.describe('a run', () => {
  test('that failed shows its failure first, its error and its artifact', async ({ page, shop, request }) => {
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
    await expect(page.getByRole('heading', { level: 1, name: '1 of 4 tests failed' })).toBeVisible();
    const tests = page.getByRole('tree', { name: 'Tests' }).locator('.row-test');
    await expect(tests).toHaveCount(4);
    await expect(tests.first()).toHaveAccessibleName(/^failed: checkout/);

    await tests.first().click();
    await expect(page).toHaveURL(/#.*test=/);
    const opened = page.getByRole('article', { name: /checkout/ });
    await expect(opened.getByRole('region', { name: 'Error' })).toContainText('expected a total of 42, got 41');

    const link = opened.getByRole('region', { name: 'Files' }).getByRole('link', { name: 'receipt-checkout.txt' });
    const address = await link.getAttribute('href') ?? '';
    expect(address).toMatch(/^\/blobs\/shop\/[0-9a-f]{64}\/.*[?&]expires=\d+&signature=[0-9a-f]+$/);
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(await readFile(await download.path(), 'utf8')).toBe('total: 41\n');

    const forged = address.replace(/signature=./, (start) => start.endsWith('0') ? 'signature=1' : 'signature=0');
    expect((await request.get(forged)).status()).toBe(403);
  });

  test('hands out an artifact that was kept from a folder', async ({ page, shop }) => {
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
    await page.getByRole('treeitem', { name: /^failed: checkout/ }).click();
    const link = page.getByRole('region', { name: 'Files' }).getByRole('link', { name: 'evidence/basket.txt' });
    const answer = await page.request.get(await link.getAttribute('href') ?? '');
    expect(answer.status()).toBe(200);
    expect(await answer.text()).toBe('basket of checkout\n');
  });

  test('is shared by its address: the opened test comes back', async ({ page, shop, context }) => {
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
    await page.getByRole('treeitem', { name: /^failed: checkout/ }).click();
    await expect(page).toHaveURL(/test=/);
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByRole('article', { name: /checkout/ })).toContainText('expected a total of 42, got 41');
  });

  test('narrows its tests by search and by outcome, and the address brings it back', async ({ page, shop }) => {
    const tests = page.getByRole('tree', { name: 'Tests' }).locator('.row-test');
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
    await expect(tests).toHaveCount(4);
    await page.keyboard.press('/');
    await page.keyboard.type('total of 42');
    await expect(page).toHaveURL(/#q=total/);
    await expect(tests).toHaveCount(1);
    await expect(tests).toHaveAccessibleName(/^failed: checkout/);
    await page.getByRole('textbox', { name: 'Search tests' }).fill('');
    await expect(tests).toHaveCount(4);
    await page.getByRole('group', { name: 'Filter by outcome' }).getByRole('button', { name: /^passed/ }).click();
    await expect(page).toHaveURL(/#outcome=passed$/);
    await expect(tests).toHaveCount(3);
    await page.reload();
    await expect(tests).toHaveCount(3);
    await page.getByRole('region', { name: 'Ledger' }).getByRole('button', { name: '1 failed: show them' }).click();
    await expect(tests).toHaveCount(1);
  });

  test('shows its units, its time and its facts', async ({ page, shop }) => {
    const { run_id = '' } = shop['feature/taxes'] ?? {};
    await page.goto(`/runs/${run_id}#tab=units`);
    await page.getByRole('button', { name: 'checkout' }).click();
    await expect(page.getByRole('tree', { name: 'Tests' }).locator('.row-test')).toHaveCount(1);
    await page.keyboard.press('2');
    await expect(page.getByRole('tab', { name: 'Timeline' })).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByText('maker/1').first()).toBeVisible();
    await page.keyboard.press('5');
    await expect(page.getByRole('tabpanel', { name: 'Run' })).toContainText(run_id);
    await page.goBack();
    await expect(page.getByRole('tab', { name: 'Timeline' })).toHaveAttribute('aria-selected', 'true');
  });

  test('with a test that passed on its second try says flaky', async ({ page, shop }) => {
    await page.goto(`/runs/${shop.main?.run_id}`);
    await page.getByRole('treeitem', { name: /^flaky: cart/ }).click();
    const opened = page.getByRole('article', { name: /cart/ });
    await expect(opened.getByText('Attempt 2')).toBeVisible();
    await expect(opened.getByRole('region', { name: 'Error' })).toContainText('expected a total of 42, got 41');
  });

  test.describe('that there is not', () => {
    test.use({ allowed: /status of 404/ });
    test('says so', async ({ page }) => {
      await page.goto('/runs/r-20200101-000000-0000');
      await expect(page.getByRole('alert')).toContainText('There is no such run');
      await expect(page.getByRole('alert')).toContainText("'r-20200101-000000-0000'");
    });
  });
});
