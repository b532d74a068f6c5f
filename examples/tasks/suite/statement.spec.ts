// `preparation` asks for a statement and leaves; Tamarack waits for Celery's result; `validation` looks at that statement and no other.
import { expect, test } from 'tamarack-playwright';
import { capture_task, open_task, order, status } from './support/order';

test.describe('a statement', () => {
  test('is asked for', { tag: '@preparation' }, async ({ page, tamarack }) => {
    capture_task(tamarack, await order(page, { customer: 'Acme', month: '2026-09', pages: 10 }));
  });

  test('has every page', { tag: '@validation' }, async ({ page, tamarack }) => {
    await open_task(page, tamarack);
    await expect(status(page)).toHaveText('SUCCESS');
    await expect(page.getByTestId('task-result')).toContainText(/Pages10\s+Bookings12\s/);
  });
});

test.describe('a long statement', () => {
  test('is asked for', { tag: '@preparation' }, async ({ page, tamarack }) => {
    capture_task(tamarack, await order(page, { customer: 'Globex', month: '2026-08', pages: 25 }));
    await expect(status(page)).toHaveText('PROGRESS');
  });

  test('has every page', { tag: '@validation' }, async ({ page, tamarack }) => {
    await open_task(page, tamarack);
    await expect(page.getByRole('heading', { name: 'Globex, 2026-08' })).toBeVisible();
    await expect(page.getByTestId('task-result')).toContainText(/Pages25\s+Bookings31\s/);
  });

  test('stands in the list', { tag: '@validation' }, async ({ page, tamarack }) => {
    await page.goto('/');
    const row = page.locator(`[data-task="${tamarack.captured<string>('task_id')}"]`);
    await expect(row).toContainText('Globex, 2026-08');
    await expect(row.getByTestId('task-status')).toHaveText('SUCCESS');
  });
});
