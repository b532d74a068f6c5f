import { defineConfig } from 'cypress';
import tamarack from 'tamarack-cypress/plugin';

export default defineConfig({
  e2e: {
    baseUrl: process.env.BASE_URL ?? `http://127.0.0.1:${process.env.PORT ?? '4180'}`,
    specPattern: 'cypress/e2e/**/*.cy.js',
    supportFile: 'cypress/support/e2e.js',
    defaultCommandTimeout: 15_000,
    video: false,
    setupNodeEvents: (on, config) => tamarack(on, config),
  },
});
