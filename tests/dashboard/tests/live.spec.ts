import { expect, rows, test } from '../support/fixtures';

/** Sooner than the page reads the whole report again of itself: what is seen by then has come over the line. */
const soon = { timeout: 9_000 };

test.describe('a run that goes on', () => {
  test('counts up and ends without a reload', async ({ page, startAgent, startRun, name }) => {
    const run = await startRun(['one', 'two', 'three']);
    await page.goto(`/runs/${run.id}`);
    await page.evaluate(() => Object.assign(window, { never_loaded_again: true }));
    const headline = page.getByRole('heading', { level: 1 });
    await expect(headline).toHaveText('0 of 3 tests finished');
    await startAgent(name, 3);
    const workers = page.getByRole('region', { name: 'Workers' });
    for (const unit of ['one', 'two', 'three']) await expect(workers.getByRole('button', { name: `running ${unit}` })).toBeVisible();
    await expect(workers.getByRole('listitem').first()).toContainText(`${name}/1`);

    await run.finish('one');
    await expect(headline).toHaveText('1 of 3 tests finished');
    const ledger = page.getByRole('region', { name: 'Ledger' });
    await expect(ledger.getByRole('img')).toHaveAccessibleName('1 passed, 2 pending', soon);
    await run.finish('two', 'fail');
    await expect(headline).toHaveText('2 of 3 tests finished');
    await expect(page.getByRole('region', { name: 'Failures so far' })).toContainText('two');
    // Its evidence follows while the run goes on.
    await expect(page.getByRole('region', { name: 'Failures so far' })).toContainText('exit code 1', soon);
    await expect(workers.getByRole('button', { name: /^running/ })).toHaveText(/three/);

    await run.finish('three');
    await expect(headline).toHaveText('1 of 3 tests failed');
    await expect(workers).toBeHidden();
    await expect(page.getByRole('button', { name: 'Cancel run' })).toBeHidden();
    await expect(page.locator('p[aria-live=polite]')).toHaveText('Failed: 1 of 3 tests failed');
    await page.getByRole('treeitem', { name: /^passed: three/ }).click();
    await expect(page.getByRole('article', { name: 'three' }), 'the report was read once more').toContainText('passed after', soon);
    expect(await page.evaluate(() => 'never_loaded_again' in window)).toBe(true);
  });

  test('tells who comes later what its workers are at', async ({ page, request, startAgent, startRun, name }) => {
    await startAgent(name, 2);
    const run = await startRun(['one', 'two', 'three']);
    await run.finish('one');
    const known = async () => (await request.get(`/api/v1/runs/${run.id}`)).text();
    await expect.poll(known, { intervals: [50] }).toContain('1 of 3 tests finished');
    await page.goto(`/runs/${run.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 3 tests finished');
    await expect(page.getByRole('region', { name: 'Workers' }).getByRole('listitem')).toHaveCount(2);
    expect(await page.getByRole('region', { name: 'Workers' }).innerText()).not.toContain('no news yet');
  });

  test.describe('whose line the server refuses', () => {
    test.use({ allowed: /status of 503/ });
    test('says so, goes on by asking, and takes the line up again', async ({ page, startAgent, startRun, name }) => {
      await page.route('**/live', (route) => route.fulfill({ status: 503, body: 'starting' }));
      await startAgent(name);
      const run = await startRun(['one', 'two']);
      await page.goto(`/runs/${run.id}`);
      await expect(page.getByText('The line to the server is broken')).toBeVisible();
      await expect(page.getByRole('treeitem', { name: /^(pending|running): one/ })).toBeVisible();
      await run.finish('one');
      const headline = page.getByRole('heading', { level: 1 });
      await expect(headline).toHaveText('1 of 2 tests finished', { timeout: 30_000 });
      const taken_up = page.waitForResponse((answer) => answer.url().endsWith('/live') && answer.ok());
      await page.unroute('**/live');
      await taken_up;
      await expect(page.getByText('The line to the server is broken')).toBeHidden();
      await run.finish('two');
      await expect(headline).toHaveText('all 2 tests passed');
    });
  });

  test('is cancelled from its page', async ({ page, startAgent, startRun, name }) => {
    await startAgent(name, 2);
    const run = await startRun(['one', 'two']);
    await run.finish('one');
    await page.goto(`/runs/${run.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 2 tests finished');
    await page.getByRole('button', { name: 'Cancel run' }).click();
    const question = page.getByRole('dialog', { name: 'Cancel this run?' });
    await question.getByRole('button', { name: 'Cancel run' }).click();
    await expect(page.locator('.verdict-word')).toContainText('Cancelled · exit code 7');
    await expect(page.getByRole('treeitem', { name: /^passed: one/ })).toBeVisible();
    await expect(page.getByRole('treeitem', { name: /^cancelled: two/ })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('cancelled over the API');

    await page.goto(`/runs?project=${name}`);
    await expect(rows(page, 'Runs')).toContainText('Cancelled');
  });
});
