// Workers that die while they work. These tests kill processes of the cluster, so they need one that no other test uses at the same time.
import { expect, test } from 'tamarack-playwright';
import { kill, restore, status, upload, worker } from '../support/upload';

test.describe('workers', () => {
  test.afterEach(({ request }) => restore(request));

  test('another worker takes over the job of one that died', async ({ page, request }) => {
    await upload(page, { seconds: 5 });
    await expect(status(page)).toHaveText('RUNNING');
    const first = await worker(page).innerText();
    await kill(request, first);
    await expect(page.getByTestId('job-attempt')).toHaveText('2');
    await expect(worker(page)).not.toHaveText(first);
    await expect(page.getByTestId('analysis-result')).toBeVisible();
  });

  test('with no worker left the job is lost, and stays so', async ({ page, request }) => {
    await upload(page, { seconds: 30 });
    await expect(status(page)).toHaveText('RUNNING');
    await kill(request, '*');
    await expect(page.getByTestId('analysis-lost')).toContainText('no other worker took over');
    await expect(status(page)).toHaveText('LOST');
    await restore(request);
    await page.reload();
    await expect(status(page)).toHaveText('LOST');
  });
});
