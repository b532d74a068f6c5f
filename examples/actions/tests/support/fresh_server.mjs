// Starts the console with an empty DATA_DIR of its own and removes the folder afterwards. Playwright reads its
// configuration once in every worker, so the folder cannot be made there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(tmpdir(), 'actions-'));
process.env.DATA_DIR = folder;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await import('../../server/main.js');
