import { expect, rows, test } from '../support/fixtures';

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
