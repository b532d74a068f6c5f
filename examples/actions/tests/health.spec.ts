// The server's manners, without a browser.
import { expect, test } from '@playwright/test';

test('the health page names the process and its data', { tag: ['@smoke', '@api'] }, async ({ request }) => {
  const response = await request.get('/healthz');
  expect(response.status()).toBe(200);
  expect(await response.json()).toEqual({ ok: true, pid: expect.any(Number), data_dir: expect.stringMatching(/^\//) });
});

test('the API refuses strangers', { tag: '@api' }, async ({ request }) => {
  for (const path of ['/api/actions', '/api/settings', '/api/activity', '/api/export']) {
    const response = await request.get(path);
    expect(response.status(), path).toBe(401);
    expect((await response.json()).error.code).toBe('not_signed_in');
  }
});

test('the API answers unknown paths and methods with JSON', { tag: '@api' }, async ({ request }) => {
  const unknown = await request.get('/api/nothing');
  expect(unknown.status()).toBe(404);
  expect((await unknown.json()).error.code).toBe('not_found');
  expect((await request.patch('/api/actions', { data: {} })).status()).toBe(405);
});
