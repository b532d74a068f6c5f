// What needs no second phase.
import { expect, test } from 'tamarack-playwright';
import { order, status } from './support/order';

test.describe('pages', () => {
  test('a short statement is written while one looks on', async ({ page }) => {
    await order(page, { pages: 4 });
    await expect(status(page)).toHaveText('SUCCESS');
    await expect(page.getByTestId('task-result')).toContainText(/Bookings12\s/);
  });

  test('the list follows its tasks', async ({ page }) => {
    const task_id = await order(page, { customer: 'Initech', pages: 8 });
    await page.getByRole('link', { name: 'All statements' }).click();
    const row = page.locator(`[data-task="${task_id}"]`);
    await expect(row).toContainText('Initech');
    await expect(row.getByTestId('task-status')).toHaveText('SUCCESS');
  });

  test('what cannot be ordered is refused with a reason', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Month').fill('2026-13');
    await page.getByTestId('start-task').click();
    await expect(page.getByRole('alert')).toContainText("a month is YYYY-MM, got '2026-13'");
    await expect(page.getByLabel('Month')).toHaveValue('2026-13');
  });

  test('a task that nobody knows is said to be unknown', async ({ page }) => {
    const answer = await page.goto('/tasks/undefined');
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole('alert')).toContainText("There is no task 'undefined'");
  });
});
