// Shared by the scripts: fills dist/report.html with data the way the binary does, and opens it in Chromium from file://.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { runnerImport } from 'vite';
import { compact } from './compact.mjs';

export const WEB = dirname(dirname(fileURLToPath(import.meta.url)));
export const SHOTS = join(WEB, 'shots');

const OPENING = '<script type="application/json" id="tamarack-report">';
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function factory(name) {
  return (await runnerImport(join(WEB, 'src/test/factories', name))).module;
}

/** Writes a filled report and returns its file:// address. `null` leaves the placeholder. */
export function writeReport(file, report) {
  const page = readFileSync(join(WEB, 'dist/report.html'), 'utf8');
  const from = page.indexOf(OPENING) + OPENING.length;
  const until = page.indexOf('</script>', from);
  const data = JSON.stringify(report === null ? null : compact(report)).replaceAll('<', '\\u003c');
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, file);
  writeFileSync(path, page.slice(0, from) + data + page.slice(until));
  return pathToFileURL(path).href;
}

export async function openBrowser() {
  const executablePath = process.env.TAMARACK_CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("found no Chromium; hint: name it in 'TAMARACK_CHROMIUM'");
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

/** Collects what a page must never do: ask the network (other than its own server), or write an error to the console. */
export function watchPage(page, own_server = null) {
  const faults = [];
  page.on('request', (request) => {
    if (own_server !== null && request.url().startsWith(`${own_server}/`)) return;
    if (!/^(file|data|blob):/.test(request.url())) faults.push(`asked the network for '${request.url()}'`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (fault) => faults.push(`page error: ${fault.message}`));
  return faults;
}

/** Comes back when every picture in sight is drawn; one that is loaded only when it comes into sight would be waited for without an end. */
export function picturesShown(page) {
  return page.evaluate(() => Promise.all([...document.images]
    .filter((image) => image.loading !== 'lazy' || image.getBoundingClientRect().top < window.innerHeight)
    .map((image) => image.decode().catch(() => undefined))));
}
