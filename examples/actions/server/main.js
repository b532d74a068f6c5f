// Starts the console from its environment (see README.md) and stops it on SIGTERM or SIGINT.
import { fileURLToPath } from 'node:url';
import { App } from './app.js';
import { read_config } from './config.js';
import { StaticFiles } from './static_files.js';

const stop_deadline_ms = 3000;

function refuse(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

function read_pages() {
  const folder = fileURLToPath(new URL('../dist', import.meta.url));
  try {
    return new StaticFiles(folder);
  } catch {
    return refuse(`the pages are not built: '${folder}' is missing\nhint: run 'npm run build' first`);
  }
}

function load_config() {
  try {
    return read_config(process.env);
  } catch (error) {
    return refuse(error.message);
  }
}

const config = load_config();
const app = new App(config, read_pages());

let is_stopping = false;
async function stop(signal) {
  if (is_stopping) return;
  is_stopping = true;
  console.log(`${signal}: stopping`);
  // A client that keeps its request open must not keep the server alive.
  setTimeout(() => app.server.closeAllConnections(), stop_deadline_ms).unref();
  await app.close();
  console.log('stopped');
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

try {
  const port = await app.listen();
  console.log(`starting on http://127.0.0.1:${port}, data in '${config.data_dir}'`);
  await app.warm_up();
  console.log(`ready on http://127.0.0.1:${port}`);
} catch (error) {
  if (error.code === 'EADDRINUSE') refuse(`port ${config.port} is already in use\nhint: stop the other server or set PORT to a free port`);
  if (error.code === 'EACCES' && error.syscall === 'listen') refuse(`port ${config.port} may not be used by this user`);
  refuse(`cannot start: ${error.message}`);
}
