import { expect, rows, test } from '../support/fixtures';

test('a token is shown once, opens the server, and is revoked after a question', async ({ page, name, request }) => {
  await page.goto('/tokens');
  const form = page.getByRole('form', { name: 'New token' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Project').selectOption('shop');
  await form.getByLabel('Role').selectOption('viewer');
  await form.getByRole('button', { name: 'Make token' }).click();
  const made = page.getByRole('status', { name: 'The new token' });
  await expect(made).toContainText(/tmk_\w+/);
  const secret = /tmk_\w+/.exec(await made.innerText())?.[0] ?? '';
  await made.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.reload();
  const token = rows(page, 'Tokens').filter({ hasText: name });
  await expect(token).toContainText('viewer');
  await expect(token).toContainText('shop');
  await expect(page.getByText(secret)).toHaveCount(0);
  const session = async () => (await request.post('/api/v1/session', { data: { token: secret } })).status();
  expect(await session()).toBe(204);

  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await expect(token).not.toContainText('revoked');
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(token).toContainText('revoked');
  await expect(page.getByRole('button', { name: `Revoke ${name}` })).toBeHidden();
  expect(await session()).toBe(401);
});
