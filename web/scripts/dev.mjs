// The dashboard in development: the stand-in server with generated data behind Vite, which reloads what changes.
// Usage: npm run dev [-- --tests 100000 --runs 10000] [--closed]      TAMARACK_SERVER=http://… asks a real server instead
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { startStandIn } from './stand_in_server.mjs';

const { values } = parseArgs({ options: { tests: { type: 'string' }, runs: { type: 'string' }, closed: { type: 'boolean' } } });
const target = process.env.TAMARACK_SERVER ?? (await startStandIn({ tests: Number(values.tests ?? 400), runs: Number(values.runs ?? 60), open: values.closed !== true })).address;
const server = await createServer({ configFile: 'vite.dashboard.config.ts', base: '/', server: { host: '127.0.0.1', proxy: { '/api': target, '/blobs': target } } });
await server.listen();
console.log(`API: ${target}`);
server.printUrls();
