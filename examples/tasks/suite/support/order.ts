// Asking for a statement in the page, and what the phases of a flow hand each other.
import type { Page } from '@playwright/test';
import { expect, type Tamarack } from 'tamarack-playwright';

// The address that stays: the web server of the worker that prepares is gone when Tamarack waits.
const backend = process.env.TASKS_URL ?? process.env.BASE_URL ?? 'http://127.0.0.1:4190';

export const status = (page: Page) => page.getByTestId('task-status');

// Fills the form and sends it; returns the id of the task, whose page is then open.
export async function order(page: Page, { customer = 'Acme', month = '2026-10', pages = 4 } = {}): Promise<string> {
  await page.goto('/');
  await page.getByLabel('Customer').selectOption(customer);
  await page.getByLabel('Month').fill(month);
  await page.getByLabel('Pages').fill(String(pages));
  await page.getByTestId('start-task').click();
  await expect(page.getByRole('heading', { name: `${customer}, ${month}` })).toBeVisible();
  return page.getByTestId('task-id').innerText();
}

export function capture_task(tamarack: Tamarack, task_id: string) {
  tamarack.capture('task_id', task_id);
  tamarack.capture('task_url', new URL(`/api/tasks/${task_id}`, backend).href);
}

export const open_task = (page: Page, tamarack: Tamarack) => page.goto(`/tasks/${tamarack.captured<string>('task_id')}`);
