import { cursor, expect, expectNoSidewaysScrolling, rows, test } from '../support/fixtures';

test('the keyboard searches, walks the rows, opens one and helps', async ({ page }) => {
  await page.goto('/runs?project=shop');
  await expect(rows(page, 'Runs')).toHaveCount(4);
  await page.keyboard.press('j');
  await expect.poll(() => cursor(page)).toBe(0);
  await page.keyboard.press('j');
  await expect.poll(() => cursor(page)).toBe(1);
  await page.keyboard.press('k');
  await expect.poll(() => cursor(page)).toBe(0);

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();

  await page.keyboard.press('/');
  await expect(page.getByRole('textbox', { name: 'Search runs' })).toBeFocused();
  await page.keyboard.type('1 of 4 tests failed');
  await expect(page).toHaveURL(/text=1/);
  await expect(rows(page, 'Runs')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await expect.poll(() => cursor(page)).toBe(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: '1 of 4 tests failed' })).toBeVisible();
});

// Beside the list, over it, and over the whole of a phone.
for (const width of [1280, 1024, 360]) {
  test(`the keyboard opens a test of a run, is in it, and closes it, ${width} pixels wide`, async ({ page, shop }) => {
    await page.setViewportSize({ width, height: 740 });
    await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
    await expect(page.getByRole('treeitem', { name: /^failed: checkout/ })).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const list = page.getByRole('tree', { name: 'Tests' });
    await expect(list).toBeFocused();
    await page.keyboard.press('Enter');
    const article = page.getByRole('article', { name: /checkout/ });
    await expect(article).toBeVisible();
    await expect(article.locator('xpath=..'), 'what scrolls the test has the focus').toBeFocused();
    await page.keyboard.press('Escape');
    await expect(article).toBeHidden();
    await expect(list).toBeFocused();
  });
}

test('another tab is not covered by the test that was open', async ({ page, shop }) => {
  await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
  await page.getByRole('treeitem', { name: /^failed: checkout/ }).click();
  await expect(page.getByRole('article', { name: /checkout/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await expect(page).toHaveURL(/#tab=timeline$/);
  await expect(page.getByRole('article')).toBeHidden();
  await page.goBack();
  await expect(page.getByRole('article', { name: /checkout/ })).toBeVisible();
});

test('the keyboard opens a test of a run that was itself opened by keyboard', async ({ page }) => {
  await page.goto('/runs?project=shop&verdict=failed');
  await expect(rows(page, 'Runs')).toHaveCount(1);
  await page.keyboard.press('j');
  await expect.poll(() => cursor(page)).toBe(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { name: /^failed: checkout/ })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#.*test=/);
});

test('no page scrolls sideways on a phone of 360 pixels', async ({ page, shop, request }) => {
  const { tests } = await (await request.get('/api/v1/projects/shop/tests')).json() as { tests: { test_id: string }[] };
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of [
    '/runs', `/runs/${shop['feature/taxes']?.run_id}`, `/runs/${shop['feature/waiting']?.run_id}`,
    '/projects/shop/tests', `/projects/shop/tests/${tests[0]?.test_id}`, '/projects/shop/specs', '/agents', '/tokens',
    `/runs/${shop['feature/taxes']?.run_id}#tab=timeline`, `/runs/${shop['feature/taxes']?.run_id}#tab=units`, `/runs/${shop['feature/taxes']?.run_id}#tab=run`,
  ]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await expect(page.getByText(/^Loading/)).toHaveCount(0);
    await expectNoSidewaysScrolling(page);
  }
  await page.goto(`/runs/${shop['feature/taxes']?.run_id}`);
  await page.getByRole('treeitem', { name: /^failed: checkout/ }).click();
  await expect(page.getByRole('article', { name: /checkout/ })).toBeVisible();
  await expectNoSidewaysScrolling(page);
});

test('is dark as the system is, and as the reader has chosen', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const theme = page.locator('html');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/runs');
  await expect(theme).toHaveAttribute('data-theme', 'light');
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(theme).toHaveAttribute('data-theme', 'dark');
  expect(await background()).not.toBe(light);
  await page.getByRole('button', { name: /Switch to light/ }).click();
  await expect(theme).toHaveAttribute('data-theme', 'light');
  await page.reload();
  await expect(theme).toHaveAttribute('data-theme', 'light');
  expect(await background()).toBe(light);
});
