import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` shows the pages with instant reload and passes API calls on to an application that runs on PORT.
const server = `http://127.0.0.1:${process.env.PORT ?? 4180}`;

export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: { outDir: '../dist', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
  server: { port: 5180, proxy: { '/api': server } },
});
