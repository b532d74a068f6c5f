import { cursor, expect, expectNoSidewaysScrolling, rows, test } from '../support/fixtures';
import { Flows } from '../support/flows';

/** Sooner than the page asks again of itself: what is seen by then has come over the line. */
const soon = { timeout: 4_000 };

test.describe('a job', () => {
  test('is submitted as a file, is followed while it goes on, and gives its result', async ({ page, request, baseURL }) => {
    const flows = new Flows(request, baseURL ?? '');
    await page.goto('/jobs');
    await expect(page.getByTestId('submit-button')).toBeDisabled();
    await page.getByTestId('data-file-uploader').setInputFiles({ name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from('month,sum\n1,20\n') });
    await expect(page.getByText('sales.csv, 15')).toBeVisible();
    await page.getByTestId('submit-button').click();
    await expect(page).toHaveURL(/\/jobs\/j-\w+$/);
    const job = new URL(page.url()).pathname.replace('/jobs/', '');
    await page.evaluate(() => Object.assign(window, { never_loaded_again: true }));
    const headline = page.getByRole('heading', { level: 1 });
    await expect(headline).toHaveText(`pending ${job}`);
    await expect(page.getByTestId('analysis-result')).toBeHidden();

    await flows.report(job, { status: 'RUNNING', stage: 'DATA_FETCHING', progress: 10, executor: 'backend-7' });
    await expect(headline).toHaveText(`running ${job}`, soon);
    const progress = page.getByRole('progressbar', { name: 'Progress' });
    await expect(progress).toHaveAttribute('aria-valuenow', '10');
    await flows.report(job, { status: 'RUNNING', stage: 'CLUSTERING', progress: 64 });
    await expect(progress).toHaveAttribute('aria-valuenow', '64', soon);
    await expect(page.locator('.job-stands')).toContainText('CLUSTERING, for');
    await expect(page.getByRole('region', { name: 'Facts' })).toContainText('backend-7');

    await flows.report(job, { status: 'COMPLETED', result: { clusters: 3 } });
    await expect(page.getByTestId('analysis-result')).toContainText('"clusters": 3', soon);
    await expect(headline).toHaveText(`completed ${job}`);
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeHidden();
    await expect(page.getByRole('region', { name: 'Steps' }).getByRole('listitem')).toHaveText([/pending$/, /runningDATA_FETCHING 10 %$/, /runningCLUSTERING 64 %$/, /completedCLUSTERING 64 %$/]);
    await expect(page.locator('p[aria-live=polite]')).toHaveText(`Job ${job} completed`);
    expect(await page.evaluate(() => 'never_loaded_again' in window)).toBe(true);
  });

  test('that failed shows the words of the backend', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const job = await flows.submit(name);
    await flows.report(job, { status: 'RUNNING', stage: 'MODEL', progress: 73 });
    await page.goto(`/jobs/${job}`);
    await expect(page.getByTestId('analysis-error')).toBeHidden();
    await flows.report(job, { status: 'FAILED', error: 'ValueError: matrix is singular\n  at solve (model.py:118)' });
    await expect(page.getByTestId('analysis-error')).toContainText('ValueError: matrix is singular', soon);
    await expect(page.getByTestId('analysis-error')).toContainText('at solve (model.py:118)');
    await expect(page.getByTestId('analysis-result')).toBeHidden();
    await page.goto('/jobs');
    await expect(rows(page, 'Jobs').filter({ hasText: name })).toContainText(/failed.*matrix is singular/s);
  });

  test('is cancelled after a question', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const job = await flows.submit(name);
    await page.goto(`/jobs/${job}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const question = page.getByRole('dialog', { name: 'Cancel this job?' });
    await question.getByRole('button', { name: 'Leave it' }).click();
    expect((await flows.job(job)).status).toBe('PENDING');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await question.getByRole('button', { name: 'Cancel job' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`cancelled ${job}`);
    expect((await flows.job(job)).status).toBe('CANCELLED');
  });

  test('whose executor falls silent is lost, and the page says since when', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const job = await flows.submit(name, { heartbeat_ms: 200 });
    await page.goto(`/jobs/${job}`);
    await flows.report(job, { status: 'RUNNING', stage: 'WORKING', progress: 30, executor: 'backend-3' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`lost ${job}`);
    await expect(page.getByRole('region', { name: 'Error' })).toContainText(/'backend-3' has not been heard of for \d/);
    expect((await flows.job(job)).status).toBe('LOST');
    await page.goto('/jobs');
    await expect(rows(page, 'Jobs').filter({ hasText: name })).toContainText(/lost.*'backend-3' has not been heard of/s);
  });

  test('moves in the list without a reload, and is opened by keyboard', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    await page.goto('/jobs');
    await page.evaluate(() => Object.assign(window, { never_loaded_again: true }));
    const job = await flows.submit(name);
    const row = rows(page, 'Jobs').filter({ hasText: job });
    await expect(row).toContainText('pending');
    await flows.report(job, { status: 'RUNNING', stage: 'RENDERING', progress: 5 });
    await expect(row).toContainText('RENDERING');
    const place = Number(await row.getAttribute('data-row'));
    for (let at = 0; at <= place; at += 1) {
      await page.keyboard.press('j');
      await expect.poll(() => cursor(page)).toBe(at);
    }
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^running j-/);
    expect(await page.evaluate(() => 'never_loaded_again' in window)).toBe(true);
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jobs');
  });

  test('has pages that fit a phone, whatever its words', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const job = await flows.submit(name);
    await flows.report(job, { status: 'RUNNING', stage: 'A_STAGE_WHOSE_NAME_IS_LONGER_THAN_ANY_PHONE_IS_WIDE_AND_HAS_NO_BLANKS', progress: 42 });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/jobs', `/jobs/${job}`]) {
      await page.goto(path);
      await expect(page.getByText(/A_STAGE_WHOSE_NAME/).first()).toBeVisible();
      await expectNoSidewaysScrolling(page);
    }
  });
});

test.describe('a job that nobody knows', () => {
  test.use({ allowed: /status of 404/ });
  test('is said to be none', async ({ page }) => {
    await page.goto('/jobs/j-nobody');
    await expect(page.getByRole('alert')).toContainText('There is no such job');
  });
});
