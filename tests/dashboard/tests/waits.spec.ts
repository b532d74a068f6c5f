import { cursor, expect, expectNoSidewaysScrolling, rows, test } from '../support/fixtures';
import { Flows } from '../support/flows';

test.describe('a wait', () => {
  test('comes into the list and leaves it without a reload', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    await page.goto('/waits');
    await expect(page.getByRole('heading', { level: 1, name: 'Waits' })).toBeVisible();
    await page.evaluate(() => Object.assign(window, { never_loaded_again: true }));
    const wait = await flows.askPerson(`release of ${name}`, name);
    const row = rows(page, 'Waits').filter({ hasText: name });
    await expect(row).toContainText(/waiting.*release of/s);
    await expect(row).toContainText('ci job 4711');
    await flows.signal(name, { decision: 'approved', comment: '' });
    expect(await flows.ended(wait)).toMatchObject({ outcome: 'satisfied' });
    await expect(row).toHaveCount(0);
    await page.getByLabel('State').selectOption('over');
    await expect(page).toHaveURL(/state=over/);
    await expect(row).toContainText('satisfied');
    expect(await page.evaluate(() => 'never_loaded_again' in window)).toBe(true);
  });

  test('is approved by a person, whose comment arrives', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const wait = await flows.askPerson('release', name);
    await page.goto(`/waits/${wait}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('waiting release');
    const question = page.getByRole('region', { name: `Decision ${name}` });
    await question.getByLabel('Comment').fill('the figures look right');
    await question.getByRole('button', { name: 'Approve' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('satisfied release');
    await expect(question).toBeHidden();
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeHidden();
    await expect(page.getByRole('region', { name: 'Captured' })).toContainText('the figures look right');
    expect(await flows.ended(wait)).toMatchObject({ outcome: 'satisfied', captures: { comment: 'the figures look right' } });
  });

  test('is rejected by a person, with the reason', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const wait = await flows.askPerson('release', name);
    await page.goto(`/waits/${wait}`);
    const question = page.getByRole('region', { name: `Decision ${name}` });
    await question.getByLabel('Comment').fill('the totals are off by one cent');
    await question.getByRole('button', { name: 'Reject' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('failed release');
    await expect(page.locator('.wait-stands')).toContainText('the totals are off by one cent');
    expect(await flows.ended(wait)).toMatchObject({ outcome: 'failed', message: 'the totals are off by one cent' });
  });

  test('is answered with the keyboard alone', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const wait = await flows.askPerson(`release of ${name}`, name);
    await page.goto('/waits');
    const row = rows(page, 'Waits').filter({ hasText: name });
    await expect(row).toBeVisible();
    const place = Number(await row.getAttribute('data-row'));
    for (let at = 0; at <= place; at += 1) {
      await page.keyboard.press('j');
      await expect.poll(() => cursor(page)).toBe(at);
    }
    await row.getByRole('link', { name: `release of ${name}` }).focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(`/waits/${wait}$`));
    const question = page.getByRole('region', { name: `Decision ${name}` });
    await expect(question).toBeVisible();
    const comment = question.getByLabel('Comment');
    for (let steps = 0; steps < 30 && !await comment.evaluate((field) => field === document.activeElement); steps += 1) await page.keyboard.press('Tab');
    await page.keyboard.type('seen');
    await page.keyboard.press('Tab');
    await expect(question.getByRole('button', { name: 'Approve' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`satisfied release of ${name}`);
    expect(await flows.ended(wait)).toMatchObject({ captures: { comment: 'seen' } });
  });

  test('is cancelled after a question', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const wait = await flows.askPerson('release', name);
    await page.goto(`/waits/${wait}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Cancel this wait?' }).getByRole('button', { name: 'Cancel wait' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('cancelled release');
    expect(await flows.ended(wait)).toMatchObject({ outcome: 'cancelled' });
  });

  test('for a job leads to it and ends with it', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const job = await flows.submit(name);
    const wait = await flows.park({ name: 'the analysis', owner: 'ci job 4711', timeout_ms: 600_000, conditions: [{ name: 'job', job }] });
    await page.goto(`/waits/${wait}`);
    const conditions = page.getByRole('region', { name: 'Conditions' });
    await expect(conditions.getByRole('link', { name: job })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
    await flows.report(job, { status: 'FAILED', error: 'matrix is singular' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('failed the analysis');
    await expect(conditions).toContainText('matrix is singular');
    await conditions.getByRole('link', { name: job }).click();
    await expect(page.getByTestId('analysis-error')).toContainText('matrix is singular');
  });

  test('whose time is over says what it missed', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const wait = await flows.askPerson('release', name, { timeout_ms: 1_000 });
    await page.goto(`/waits/${wait}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('timed out release');
    await expect(page.locator('.wait-stands')).toContainText('the deadline passed');
    await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  });

  test('has pages that fit a phone', async ({ page, request, baseURL, name }) => {
    const flows = new Flows(request, baseURL ?? '');
    const key = `${name}_A_KEY_WHOSE_NAME_IS_LONGER_THAN_ANY_PHONE_IS_WIDE_AND_HAS_NO_BLANKS_IN_IT`;
    const wait = await flows.askPerson(key, key);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/waits', '/waits?state=all', `/waits/${wait}`]) {
      await page.goto(path);
      await expect(page.getByText(new RegExp(key)).first()).toBeVisible();
      await expectNoSidewaysScrolling(page);
    }
  });
});

test.describe('a closed server', () => {
  test.use({ allowed: /status of 401/ });

  test('shows a viewer jobs and waits, and nothing to answer them with', async ({ page, request, closed }) => {
    const flows = new Flows(request, closed.address, await closed.token('runner'));
    const job = await flows.submit('analysis');
    const wait = await flows.askPerson('release', 'go-live');
    await page.goto(`${closed.address}/waits/${wait}`);
    await page.getByLabel('Token').fill(await closed.token('viewer'));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('waiting release');
    await expect(page.getByText('You may look, and runners may answer.')).toBeVisible();
    for (const name of ['Approve', 'Reject', 'Cancel']) await expect(page.getByRole('button', { name })).toHaveCount(0);
    await page.getByRole('link', { name: 'Jobs' }).click();
    await expect(rows(page, 'Jobs')).toContainText(job);
    await expect(page.getByTestId('submit-button')).toHaveCount(0);
    await page.goto(`${closed.address}/jobs/${job}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`pending ${job}`);
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
    expect(await flows.wait(wait)).toMatchObject({ state: 'parked' });
  });

  test('keeps the waits of another project from a runner, whom it lets answer those of its own', async ({ page, request, closed }) => {
    const token = await closed.token('runner');
    const flows = new Flows(request, closed.address, token);
    const wait = await flows.askPerson('release', 'go-live');
    const other = await new Flows(request, closed.address, await closed.token('runner', 'bank')).askPerson('of the bank', 'go-live');
    await page.goto(`${closed.address}/waits`);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await expect(rows(page, 'Waits')).toHaveCount(1);
    await rows(page, 'Waits').getByRole('link', { name: 'release' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('satisfied release');
    expect(await flows.ended(wait)).toMatchObject({ outcome: 'satisfied' });
    const bank = new Flows(request, closed.address, await closed.token('admin', '*'));
    expect(await bank.wait(other)).toMatchObject({ state: 'parked' });
  });
});
