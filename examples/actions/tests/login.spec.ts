import { expect, passwords, test } from './support/fixtures';

test.use({ person: null });

test.describe('login', () => {
  test('lets a person in with the right password', { tag: '@smoke' }, async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Sign in to Actions' })).toBeVisible();
    await page.getByLabel('E-mail').fill('eli@example.com');
    await page.getByLabel('Password').fill(passwords.eli);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Account of Eli Editor' })).toBeVisible();
  });

  test('refuses a wrong password and says so', async ({ page }) => {
    await page.goto('/login');
    await page.getByLabel('E-mail').fill('eli@example.com');
    await page.getByLabel('Password').fill('not-the-secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toContainText('The e-mail address or the password is wrong.');
    await expect(page).toHaveURL(/\/login$/);
  });

  test('asks for both fields', async ({ page }) => {
    await page.goto('/login');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('Enter your e-mail address.')).toBeVisible();
    await expect(page.getByText('Enter your password.')).toBeVisible();
  });

  test('leads back to the page that was asked for', async ({ page }) => {
    await page.goto('/activity?kind=deleted');
    await page.getByLabel('E-mail').fill('vera@example.com');
    await page.getByLabel('Password').fill(passwords.vera);
    await page.getByLabel('Password').press('Enter');
    await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible();
    await expect(page).toHaveURL(/\/activity\?kind=deleted$/);
  });

  test('ends when the person signs out', async ({ page }) => {
    await page.goto('/login');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill(passwords.ada);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Account of Ada Admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in to Actions' })).toBeVisible();
    await page.goto('/actions');
    await expect(page).toHaveURL(/\/login$/);
  });
});
