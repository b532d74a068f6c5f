// Long work in two phases. `prepare` hands the file in and captures the job; Tamarack waits for it without holding a worker; `validate`
// opens the page of that very job, on whichever worker is free. tamarack.toml ties the phases together.
import { expect, test } from 'tamarack-playwright';
import { kill, restore, stage_is, status, upload, worker } from '../support/upload';
import { broken_job, capture_job, open_job } from '../support/flow';

test.describe('a report', () => {
  test('is handed in', { tag: '@prepare' }, async ({ page, tamarack }) => {
    capture_job(tamarack, await upload(page, { name: 'spring.csv', seconds: 3, failure: broken_job }));
    await expect(page.getByTestId('job-id')).toBeVisible();
  });

  test('shows its result', { tag: '@validate' }, async ({ page, tamarack }) => {
    await open_job(page, tamarack);
    await expect(page.getByRole('heading', { name: 'spring.csv' })).toBeVisible();
    await expect(page.getByTestId('analysis-result')).toContainText('3 rows');
  });
});

test.describe('a report that takes its time', () => {
  test('is handed in', { tag: '@prepare' }, async ({ page, tamarack }) => {
    capture_job(tamarack, await upload(page, { name: 'summer.csv', seconds: 1, slow: 'DATA_FETCHING:4' }));
    await stage_is(page, 'DATA_FETCHING');
  });

  test('shows its result', { tag: '@validate' }, async ({ page, tamarack }) => {
    await open_job(page, tamarack);
    await expect(page.getByRole('heading', { name: 'summer.csv' })).toBeVisible();
    await expect(page.getByTestId('analysis-result')).toBeVisible();
  });
});

test.describe('a report whose worker dies', () => {
  test('is handed in, and its worker killed', { tag: '@prepare' }, async ({ page, request, tamarack }) => {
    capture_job(tamarack, await upload(page, { name: 'autumn.csv', seconds: 5 }));
    await expect(status(page)).toHaveText('RUNNING');
    tamarack.capture('first_worker', await worker(page).innerText());
    await kill(request, tamarack.captured<string>('first_worker'));
    await restore(request);
  });

  test('was finished by another worker', { tag: '@validate' }, async ({ page, tamarack }) => {
    await open_job(page, tamarack);
    await expect(page.getByRole('heading', { name: 'autumn.csv' })).toBeVisible();
    await expect(page.getByTestId('analysis-result')).toBeVisible();
    await expect(worker(page)).not.toHaveText(tamarack.captured<string>('first_worker'));
  });
});
