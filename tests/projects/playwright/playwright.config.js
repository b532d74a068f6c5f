// Every mode the adapter must tell apart: default files, serial and parallel describes, a fully parallel project with
// repetitions, and a project that depends on a set-up project.
const { defineConfig } = require('@playwright/test');

module.exports = defineConfig({
  testDir: './tests',
  timeout: 15_000,
  workers: 1,
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update',
        '--disable-sync', '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'main', testIgnore: [/free\.spec/, /account\.spec/, /sign-in\.setup/] },
    { name: 'free', testMatch: /free\.spec/, fullyParallel: true, repeatEach: 2 },
    { name: 'sign in', testMatch: /sign-in\.setup/ },
    { name: 'signed in', testMatch: /account\.spec/, dependencies: ['sign in'] },
  ],
});
