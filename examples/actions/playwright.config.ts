// Much of it stands in the other examples' configurations, too, on purpose: each example can be copied by itself.
import { defineConfig } from '@playwright/test';

const port = process.env.PORT ?? '4173';
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
  testDir: 'tests',
  timeout: 60_000,
  // A machine that is busy with other things is slow, not wrong.
  expect: { timeout: 15_000 },
  retries: 0,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: base_url,
    headless: true,
    screenshot: 'only-on-failure',
    // Without its film: filming costs a third of the suite's time where the browser draws without a graphics card.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
    video: 'off',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        viewport: { width: 1280, height: 800 },
        // Without animations there is nothing to wait for between two clicks.
        contextOptions: { reducedMotion: 'reduce' },
        launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: browser_args },
      },
    },
  ],
  // Only for running the suite without Tamarack: one server for all workers, with a database of its own.
  webServer:
    process.env.USE_WEB_SERVER === '1'
      ? {
          command: 'node tests/support/fresh_server.mjs',
          url: `http://127.0.0.1:${port}/healthz`,
          env: { PORT: port, ALLOW_TEST_RESET: '1' },
          gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 },
          reuseExistingServer: false,
        }
      : undefined,
});
