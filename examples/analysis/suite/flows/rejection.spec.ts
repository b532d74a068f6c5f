// A job that is meant to fail: here FAILED is what the wait hopes for, and the words of the backend are captured on the way.
import { expect, test } from 'tamarack-playwright';
import { capture_job, open_job } from '../support/flow';
import { status, upload } from '../support/upload';

test.describe('a report that cannot be made', () => {
  test('is handed in', { tag: '@prepare-rejected' }, async ({ page, tamarack }) => {
    capture_job(tamarack, await upload(page, { name: 'winter.csv', seconds: 2, failure: 'station 7 sent no figures' }));
    await expect(page.getByTestId('job-id')).toBeVisible();
  });

  test('says why', { tag: '@validate-rejected' }, async ({ page, tamarack }) => {
    await open_job(page, tamarack);
    await expect(status(page)).toHaveText('FAILED');
    await expect(page.getByTestId('analysis-error')).toContainText('station 7 sent no figures');
    // Under plain Playwright there is no wait that could have captured it.
    if (tamarack.isPresent) expect(tamarack.captured<string>('reason')).toBe('station 7 sent no figures');
  });
});
