import { expect, rows, test } from '../support/fixtures';

test('a working agent is shown, is drained, and is let on', async ({ page, startAgent, startRun, name }) => {
  await startAgent(name);
  await page.goto('/agents');
  const agent = rows(page, 'Agents').filter({ hasText: name });
  await expect(agent).toContainText('idle 1 worker');
  await expect(agent).toContainText(`test=${name}`);
  const first = await startRun(['one']);
  await expect(agent).toContainText('working');
  await expect(agent.getByRole('link', { name: first.id })).toHaveAttribute('href', `/runs/${first.id}`);

  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await expect(agent).toContainText('draining');
  await page.getByRole('button', { name: `Let ${name} take runs again` }).click();
  await expect(agent).toContainText('working');

  const second = await startRun(['two']);
  await first.finish('one');
  await second.finish('two');
  await page.goto(`/runs/${second.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('the 1 test passed');
});

test('a drained agent ends what it is at and takes no new run until it is let on', async ({ page, startAgent, startRun, name }) => {
  await startAgent(name);
  const first = await startRun(['one']);
  await page.goto('/agents');
  await expect(rows(page, 'Agents').filter({ hasText: name })).toContainText('working');
  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await expect(rows(page, 'Agents').filter({ hasText: name })).toContainText('draining');
  const second = await startRun(['two']);
  await first.finish('one');
  await expect(rows(page, 'Agents').filter({ hasText: name })).not.toContainText(first.id);
  await page.goto(`/runs?project=${name}`);
  await expect(rows(page, 'Runs')).toHaveCount(2);
  await expect(rows(page, 'Runs').filter({ hasText: first.id })).toContainText('the 1 test passed');
  await expect(rows(page, 'Runs').filter({ hasText: second.id })).toContainText('0 of 1 test finished');

  await page.goto('/agents');
  await expect(rows(page, 'Agents').filter({ hasText: name })).toContainText('draining');
  await page.getByRole('button', { name: `Let ${name} take runs again` }).click();
  await second.finish('two');
  await page.goto(`/runs/${second.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('the 1 test passed');
});
