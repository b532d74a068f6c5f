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

test('a token gets a new secret, shown once, and the old one stops when it was said to', async ({ page, name, request }) => {
  await page.goto('/tokens');
  const form = page.getByRole('form', { name: 'New token' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Role').selectOption('viewer');
  await form.getByRole('button', { name: 'Make token' }).click();
  const secretIn = async (label: string) => {
    const note = page.getByRole('status', { name: label });
    await expect(note).toContainText(/tmk_\w+/);
    const text = await note.innerText();
    await note.getByRole('button', { name: 'Done' }).click();
    return { secret: /tmk_\w+/.exec(text)?.[0] ?? '', text };
  };
  const status = async (secret: string) => (await request.post('/api/v1/session', { data: { token: secret } })).status();
  const rotate = async (grace: string) => {
    await page.getByRole('button', { name: `New secret for ${name}` }).click();
    await page.getByRole('dialog').getByLabel('The old secret stays valid').selectOption(grace);
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    return await secretIn('The new secret');
  };
  const { secret: first } = await secretIn('The new token');

  const second = await rotate('1 hour');
  expect(second.secret).not.toBe(first);
  expect(second.text).toMatch(/The old one stops in (59|1)/);
  expect([await status(first), await status(second.secret)]).toEqual([204, 204]);
  const row = rows(page, 'Tokens').filter({ hasText: name });
  await expect(row).toContainText('the old secret stops in');
  await page.reload();
  await expect(row).toContainText('the old secret stops in');
  await expect(page.getByText(second.secret)).toHaveCount(0);

  const third = await rotate('not at all');
  expect(third.text).toContain('The old one is void.');
  expect([await status(first), await status(second.secret), await status(third.secret)]).toEqual([401, 401, 204]);
  await expect(row).not.toContainText('the old secret stops');
});
