// The steps that most tests begin with, and what they ask the application for.
import type { APIRequestContext, Page } from '@playwright/test';
import { expect } from 'tamarack-playwright';

export const visitors = 'city,visitors,rating\nLisbon,1840,4.6\nPorto,1210,4.7\nBraga,420,4.2\n';

interface Wishes {
  name?: string;
  content?: string;
  // How long the job takes in all; some tests need it to be under way for a while.
  seconds?: number;
  failure?: string;
  // STAGE:SECONDS that one stage takes longer.
  slow?: string;
}

// Opens the page, chooses a file and sends it. Returns the job's id and where its status stands, from the server's answer.
export async function upload(page: Page, { name = 'visitors.csv', content = visitors, seconds = 1, failure, slow }: Wishes = {}) {
  const headers: Record<string, string> = { 'x-job-duration': String(seconds) };
  if (failure) headers['x-simulate-failure'] = failure;
  if (slow) headers['x-simulate-slow'] = slow;
  await page.route('**/api/v1/process', (route) => route.continue({ headers: { ...route.request().headers(), ...headers } }));
  await page.goto('/');
  await page.getByTestId('data-file-uploader').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  const answered = page.waitForResponse('**/api/v1/process');
  await page.getByTestId('submit-button').click();
  const answer = await answered;
  expect(answer.status()).toBe(202);
  const { job_id, status_url } = await answer.json();
  return { job_id: job_id as string, status_url: status_url as string };
}

export const status = (page: Page) => page.getByTestId('job-status');
export const worker = (page: Page) => page.getByTestId('job-worker');
export const stage_is = (page: Page, stage: string) => expect(page.getByTestId('job-stage')).toHaveAttribute('data-stage', stage);

async function ask<T>(request: APIRequestContext, path: string, data: object = {}): Promise<T> {
  const answer = await request.post(`/__test__/workers/${path}`, { data, timeout: 40_000 });
  expect(answer.status(), await answer.text()).toBe(200);
  return answer.json();
}

// One worker by its name, or '*' for all of them.
export const kill = (request: APIRequestContext, name: string) => ask<{ killed: string[] }>(request, 'kill', { worker: name });
export const restore = (request: APIRequestContext) => ask<{ workers: string[] }>(request, 'restore');
