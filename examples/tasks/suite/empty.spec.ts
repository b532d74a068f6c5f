// A statement that cannot be written: here FAILURE is what the wait hopes for, and the backend's words are captured on the way.
import { expect, test } from 'tamarack-playwright';
import { capture_task, open_task, order, status } from './support/order';

test.describe('a statement without bookings', () => {
  test('is asked for', { tag: '@preparation-empty' }, async ({ page, tamarack }) => {
    capture_task(tamarack, await order(page, { customer: 'Umbrella', month: '2026-07', pages: 6 }));
  });

  test('says why there is none', { tag: '@validation-empty' }, async ({ page, tamarack }) => {
    await open_task(page, tamarack);
    await expect(status(page)).toHaveText('FAILURE');
    await expect(page.getByTestId('task-error')).toHaveText('Umbrella has no bookings in 2026-07');
    // Under plain Playwright there is no wait that could have captured it.
    if (tamarack.isPresent) expect(tamarack.captured<string>('reason')).toBe('Umbrella has no bookings in 2026-07');
  });
});
