import { expect, test } from '../support/fixtures';

test('a run that took over verdicts says which, and leads to the run they come from', async ({ page, startAgent, startRun, name }) => {
  await startAgent(name);
  const first = await startRun(['one', 'two', 'three']);
  await first.finish('one');
  await first.finish('two', 'fail');
  await first.finish('three');
  await page.goto(`/runs/${first.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 3 tests failed');
  const ledger = page.getByRole('region', { name: 'Ledger' });
  await expect(ledger).not.toContainText('carried');

  await first.finish('two');
  const second = await first.rerunFailed();
  await page.goto(`/runs/${second}`);
  await expect(page.locator('.verdict-word')).toContainText('Passed');
  await expect(ledger.getByRole('button', { name: '3 passed, 2 of them carried: show them' })).toContainText('3 passed (2 carried)');
  await expect(ledger).toContainText(`2 verdicts carried forward from ${first.id}; 1 test was left to this run.`);
  await expect(page.getByRole('treeitem', { name: `passed: one, carried from ${first.id}` })).toContainText('carried');
  await expect(page.getByRole('treeitem', { name: 'passed: two', exact: true })).not.toContainText('carried');

  await ledger.getByRole('button', { name: 'Show the carried ones' }).click();
  await expect(page.getByRole('tree', { name: 'Tests' }).locator('.row-test')).toHaveCount(2);
  await page.getByRole('treeitem', { name: /^passed: one/ }).click();
  const opened = page.getByRole('article', { name: 'one' });
  await expect(opened).toContainText('It was not run again here');
  await opened.getByRole('link', { name: first.id }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${first.id}#test=`));
  await expect(page.getByRole('article', { name: 'one' })).toContainText(/passed after/);
  await page.getByRole('article').getByRole('button', { name: /^Close/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 3 tests failed');
});
