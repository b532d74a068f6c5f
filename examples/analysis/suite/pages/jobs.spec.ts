// What may happen to a job on its way: stages, failures, a person who changes their mind.
import { expect, test } from 'tamarack-playwright';
import { stage_is, status, upload } from '../support/upload';

test.describe('jobs', () => {
  test('a slow stage is shown while it lasts', async ({ page }) => {
    await upload(page, { seconds: 0.5, slow: 'COMPUTING:2' });
    await stage_is(page, 'COMPUTING');
    await expect(status(page)).toHaveText('RUNNING');
    await expect(page.getByTestId('job-progress')).toContainText('50%');
    await expect(page.getByTestId('analysis-result')).toBeVisible();
  });

  test('a failure is shown with the words of the backend', async ({ page }) => {
    await upload(page, { failure: 'the covariance matrix is singular' });
    await expect(page.getByTestId('analysis-error')).toContainText('the covariance matrix is singular');
    await expect(status(page)).toHaveText('FAILED');
    await stage_is(page, 'COMPUTING');
    await expect(page.getByTestId('analysis-result')).toHaveCount(0);
  });

  test('a file that is no table fails with its line', async ({ page }) => {
    await upload(page, { name: 'torn.csv', content: 'city,visitors\nLisbon,1840\nPorto\n' });
    await expect(page.getByTestId('analysis-error')).toContainText('line 3 has 1 values, expected 2');
    await stage_is(page, 'PARSING');
  });

  test('a job that is cancelled stops', async ({ page }) => {
    const { job_id } = await upload(page, { seconds: 120 });
    await expect(status(page)).toHaveText('RUNNING');
    await page.getByTestId('cancel-button').click();
    await expect(page.getByTestId('analysis-cancelled')).toBeVisible();
    await expect(status(page)).toHaveText('CANCELLED');
    const again = await page.request.post(`/api/v1/jobs/${job_id}/cancel`);
    expect(again.status()).toBe(409);
  });
});

test.describe('without a browser', () => {
  test('a job can be awaited by its id', async ({ request, tamarack }) => {
    const file = { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a\n1\n2\n') };
    const answer = await request.post('/api/v1/process', { multipart: { file }, headers: { 'x-job-duration': '0.5' } });
    expect(answer.status()).toBe(202);
    const { job_id } = await answer.json();
    const job = await tamarack.pollForJobStatus<{ result: { rows: number } }>(job_id, { timeout: 30_000, interval: 250 });
    expect(job.result.rows).toBe(2);
  });
});
