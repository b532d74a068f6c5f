import react from '@vitejs/plugin-react';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { defineConfig } from 'vitest/config';
import { singlePage } from './single_page.ts';

export default defineConfig({
  plugins: [react(), viteSingleFile({ removeViteModuleLoader: true }), singlePage('report.html')],
  base: './',
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    rolldownOptions: { input: 'report.html' },
  },
  server: { host: '127.0.0.1' },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', '*.test.ts', 'scripts/*.test.mjs'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    // A busy machine renders a whole page in seconds; a test that hangs still ends.
    testTimeout: 30_000,
  },
});
