import { expect, test } from 'tamarack-playwright';
import { status, upload } from '../support/upload';

test.describe('upload', () => {
  test('the result of a file is shown', async ({ page }) => {
    await upload(page);
    const result = page.getByTestId('analysis-result');
    await expect(result).toBeVisible();
    await expect(result).toContainText('3 rows');
    await expect(result.getByRole('row', { name: /^visitors number/ })).toContainText('1,156.6667');
    await expect(status(page)).toHaveText('COMPLETED');
  });

  test('without a file there is nothing to start', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByTestId('submit-button')).toBeDisabled();
    await page.getByRole('button', { name: 'Use a sample file' }).click();
    await expect(page.getByTestId('submit-button')).toBeEnabled();
  });

  test('the result is still there when the page is opened again', async ({ page }) => {
    const { job_id } = await upload(page, { seconds: 0 });
    await expect(page.getByTestId('analysis-result')).toBeVisible();
    await page.goto(`/jobs/${job_id}`);
    await expect(page.getByTestId('job-id')).toContainText(job_id);
    await expect(page.getByTestId('analysis-result')).toContainText('3 rows');
  });

  test('a job that nobody knows is said to be unknown', async ({ page }) => {
    await page.goto('/jobs/undefined');
    await expect(page.getByTestId('job-problem')).toContainText("there is no job 'undefined'");
  });
});
