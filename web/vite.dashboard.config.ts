// Builds the dashboard, and serves it while it is developed: there every page of it is the one document, and the API is another server's.
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { threeFiles } from './three_files.ts';

/** Addresses that are files or come from the API; all others are pages. */
const NOT_A_PAGE = /^\/(api|blobs|src|node_modules|@|report\.html|dashboard\.html)/;

function onePage(): Plugin {
  return {
    name: 'tamarack-one-page',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, _, next) => {
        if (request.url !== undefined && !NOT_A_PAGE.test(request.url)) request.url = '/dashboard.html';
        next();
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), onePage(), threeFiles()],
  base: '/assets/',
  build: {
    outDir: 'dist/dashboard',
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 1_000_000,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: true,
    rolldownOptions: {
      input: 'dashboard.html',
      output: { entryFileNames: 'dashboard.js', assetFileNames: 'dashboard[extname]' },
    },
  },
});
