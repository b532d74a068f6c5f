// Much of it stands in the other examples' configurations, too, on purpose: each example can be copied by itself.
import { defineConfig } from '@playwright/test';

const port = process.env.PORT ?? '4180';
const base_url = process.env.BASE_URL ?? `http://127.0.0.1:${port}`;

const browser_args = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export default defineConfig({
  testDir: 'suite/pages', // the two-phase tests have flows.config.ts
  timeout: 60_000,
  // A machine that is busy with other things is slow, not wrong.
  expect: { timeout: 15_000 },
  retries: 0,
  // Some tests kill workers of the cluster that all tests of this process share.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: base_url,
    headless: true,
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
    video: 'off',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        viewport: { width: 1280, height: 800 },
        contextOptions: { reducedMotion: 'reduce' },
        launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: browser_args },
      },
    },
  ],
  // Only for running the suite without Tamarack.
  webServer:
    process.env.USE_WEB_SERVER === '1'
      ? {
          command: `/usr/bin/python3 start.py --port ${port}`,
          url: `http://127.0.0.1:${port}/healthz`,
          env: { TAMARACK_TEST: '1' },
          gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 },
          reuseExistingServer: false,
        }
      : undefined,
});
