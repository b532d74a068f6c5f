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
