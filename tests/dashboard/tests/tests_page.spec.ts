import type { Page } from '@playwright/test';
import { expect, expectNoSidewaysScrolling, rows, test } from '../support/fixtures';

/** Of the page of the test `checkout`. */
async function openCheckout(page: Page) {
  await page.goto('/projects/shop/tests');
  await page.getByRole('link', { name: /checkout/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'checkout' })).toBeVisible();
  return page.getByRole('region', { name: 'Evidence' });
}

test('tests are sorted by their failures, and one opens with its history', async ({ page, shop }) => {
  await page.goto('/projects/shop/tests');
  await expect(rows(page, 'Tests')).toHaveCount(4);
  await expect(rows(page, 'Tests').first()).toContainText('cart');
  await page.getByRole('button', { name: 'Failures' }).click();
  await expect(page).toHaveURL('/projects/shop/tests?sort=failures');
  await expect(page.getByRole('columnheader', { name: 'Failures' })).toHaveAttribute('aria-sort', 'descending');
  await expect(rows(page, 'Tests').first()).toContainText('checkout');

  await page.getByRole('link', { name: /checkout/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'checkout' })).toBeVisible();
  const executions = rows(page, 'Executions');
  await expect(executions).toHaveCount(3);
  await expect(executions.first()).toContainText('feature/taxes');
  await expect(page.getByRole('region', { name: 'Errors' })).toContainText('expected a total of 42, got 41');
  await executions.first().getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/runs/${shop['feature/taxes']?.run_id}#.*test=`));
  await expect(page.getByRole('article', { name: /checkout/ })).toBeVisible();
});

test('a test shows what its last failure left behind: pictures, video, trace', async ({ page, shop }) => {
  const evidence = await openCheckout(page);
  await expect(evidence).toContainText('failed');
  await expect(evidence.getByRole('link', { name: shop['feature/taxes']?.run_id })).toBeVisible();
  await expect(evidence.getByRole('region', { name: 'Error' })).toContainText('expected a total of 42, got 41');

  // By keyboard: the picture large, and back to where one was.
  const small = evidence.getByRole('button', { name: /^Screenshot 'evidence\/till.png'/ });
  await expect.poll(() => small.locator('img').evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBe(1);
  await small.focus();
  await page.keyboard.press('Enter');
  const large = page.getByRole('dialog', { name: /till\.png/ });
  await expect(large.getByRole('img', { name: /till\.png/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(large).toBeHidden();

  const video = evidence.getByLabel(/^Video 'evidence\/till.webm'/);
  await video.evaluate((element: HTMLVideoElement) => {
    element.muted = true;
    return element.play();
  });
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0);

  const trace = evidence.getByRole('listitem').filter({ hasText: 'trace.zip' }).filter({ hasText: 'show-trace' });
  const address = await trace.getByRole('link').getAttribute('href') ?? '';
  await expect(trace).toContainText(`npx playwright show-trace`);
  await expect(trace).toContainText(address.slice(0, 60));
  expect((await page.request.get(address)).headers()['content-type']).toBe('application/zip');
  expect((await page.request.get(address.replace(/\?.*/, ''))).status()).toBe(403);
});

test('any execution of a test is chosen, and the address brings it back', async ({ page, shop, context }) => {
  const evidence = await openCheckout(page);
  await evidence.getByRole('button', { name: 'Older execution' }).click();
  await expect(page).toHaveURL(new RegExp(`/projects/shop/tests/[^?]+\\?run=${shop.main?.run_id}$`));
  await expect(evidence).toContainText('It left no screenshot, video or trace');
  await page.reload();
  await expect(evidence).toContainText('It left no screenshot, video or trace');
  const failures = page.getByRole('navigation', { name: 'Latest failures' });
  await expect(failures.getByRole('link')).toHaveCount(1);
  await failures.getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(failures.getByRole('link')).toHaveAttribute('aria-current', 'true');
  await expect(evidence.getByRole('region', { name: 'Screenshots' })).toBeVisible();

  const other = await context.newPage();
  await other.setViewportSize({ width: 360, height: 740 });
  await other.goto(page.url());
  await expect(other.getByRole('region', { name: 'Evidence' }).getByRole('region', { name: 'Screenshots' })).toBeVisible();
  await expectNoSidewaysScrolling(other);
  await page.goBack();
  await expect(evidence).toContainText('It left no screenshot, video or trace');
});

test('tests and specs are searched, and the address brings it back', async ({ page }) => {
  await page.goto('/projects/shop/tests');
  await expect(rows(page, 'Tests')).toHaveCount(4);
  await page.keyboard.press('/');
  await page.keyboard.type('checkout');
  await expect(page).toHaveURL('/projects/shop/tests?text=checkout');
  await expect(rows(page, 'Tests')).toHaveCount(1);
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Search tests' })).toHaveValue('checkout');
  await expect(rows(page, 'Tests')).toHaveCount(1);

  await page.goto('/projects/shop/specs');
  await expect(rows(page, 'Specs').nth(1)).toBeVisible();
  await page.getByRole('textbox', { name: 'Search specs' }).fill('login');
  await expect(page).toHaveURL('/projects/shop/specs?text=login');
  await expect(rows(page, 'Specs')).toHaveCount(1);
  await rows(page, 'Specs').getByRole('link').click();
  await expect(page).toHaveURL(/\/projects\/shop\/tests\?text=login/);
  await expect(rows(page, 'Tests')).toHaveCount(1);
});
