import { expect, rows, test } from '../support/fixtures';

test.describe('the list of runs', () => {
  test('filters, keeps its view in the address, and on Back', async ({ page, startRun }) => {
    await startRun(['a']);
    await page.goto('/runs');
    await expect(rows(page, 'Runs').nth(4)).toBeVisible();
    await page.getByRole('combobox', { name: 'Project' }).selectOption('shop');
    await expect(page).toHaveURL('/runs?project=shop');
    await expect(rows(page, 'Runs')).toHaveCount(4);
    // It is the server that filters: of 10,000 runs the page knows only the newest.
    const asked = page.waitForRequest((request) => request.url().includes('/api/v1/runs?') && request.url().includes('verdict=failed'));
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('Failed');
    await asked;
    await expect(rows(page, 'Runs')).toHaveCount(1);
    await expect(rows(page, 'Runs')).toContainText('feature/taxes');
    await expect(page).toHaveURL('/runs?project=shop&verdict=failed');

    await page.goBack();
    await expect(page.getByRole('combobox', { name: 'Verdict' })).toHaveValue('');
    await expect(rows(page, 'Runs')).toHaveCount(4);

    await page.getByRole('combobox', { name: 'Branch' }).fill('main');
    await expect(page).toHaveURL('/runs?project=shop&branch=main');
    await expect(rows(page, 'Runs')).toHaveCount(2);
    await page.reload();
    await expect(rows(page, 'Runs')).toHaveCount(2);

    await rows(page, 'Runs').getByRole('link').first().click();
    await expect(page).toHaveURL(/\/runs\/r-/);
    await page.goBack();
    await expect(page).toHaveURL('/runs?project=shop&branch=main');
    await expect(rows(page, 'Runs')).toHaveCount(2);
  });

  test('says when nothing matches', async ({ page }) => {
    await page.goto('/runs?project=shop&text=nothing-is-called-this');
    await expect(page.getByText('No run matches these filters.')).toBeVisible();
  });

  test('shows a run that is started while it is open', async ({ page, startRun, name }) => {
    await page.goto('/runs');
    await expect(rows(page, 'Runs').first()).toBeVisible();
    await startRun(['a', 'b']);
    await expect(rows(page, 'Runs').filter({ hasText: name })).toContainText('Running');
  });
});
