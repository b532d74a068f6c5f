// Steps that several long tests take in the pages.
import type { Page } from '@playwright/test';
import { action_input, expect, fill_form } from './fixtures';

export async function create_in_form(page: Page, name: string, description: string) {
  await page.getByRole('button', { name: 'New action' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await fill_form(page, { definition: action_input(name).definition, handler: `https://handlers.example.com/${name}` });
  await page.getByLabel('Description').fill(description);
  await page.getByRole('button', { name: 'Create action' }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

export async function publish(page: Page) {
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByTestId('status')).toHaveText('published');
}
