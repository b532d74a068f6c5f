// Prints how quick the report is at 100,000 tests: from navigation to a page that answers, search from key to result, scrolling.
// Usage: npm run build && npm run measure [-- number of tests]
import { statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { factory, openBrowser, watchPage, writeReport } from './pages.mjs';

const count = Number(process.argv[2] ?? 100_000);
const ROUNDS = 5;
const TIMEOUT_MS = 30_000;
const INTERACTIVE_MS_MAX = 1_500;
const SEARCH_MS_MAX = 150;
const QUERIES = ['case 4711', 'invoices refund', 'checkout price list', '@smoke', 'case 99999', ''];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (values) => `median ${Math.round(median(values))} ms (${values.map((value) => Math.round(value)).join(', ')})`;

const { largeReport } = await factory('large_report.ts');
const address = writeReport('measured.html', largeReport({ tests: count }));
console.log(`load of this machine: ${loadavg().map((load) => load.toFixed(1)).join(' ')} on ${cpus().length} processors`);
console.log(`${count} tests, page of ${(statSync(fileURLToPath(address)).size / 1e6).toFixed(1)} MB`);

const browser = await openBrowser();
const opened = [];
const painted = [];
const searched = {};
const scrolled = [];
const moved = [];
let nodes = 0;
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    page.setDefaultTimeout(TIMEOUT_MS);
    const faults = watchPage(page);
    await page.addInitScript(() => {
      // Interactive: the list is in the page, and the frame after it has been drawn, so that a click would be answered.
      const seen = new window.MutationObserver(() => {
        if (document.querySelector('[role=treeitem]') === null) return;
        seen.disconnect();
        requestAnimationFrame(() => window.setTimeout(() => { window.interactiveAt = performance.now(); }, 0));
      });
      seen.observe(document, { childList: true, subtree: true });
    });
    await page.goto(address);
    await page.waitForFunction(() => window.interactiveAt !== undefined);
    opened.push(await page.evaluate(() => window.interactiveAt));
    painted.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0));
    // Neighbours in this list have different numbers of results, because a changed number is what ends a measurement.
    for (const query of QUERIES) {
      (searched[query] ??= []).push(await page.evaluate((text) => new Promise((done, refuse) => {
        window.setTimeout(() => refuse(new Error(`searching '${text}' changed nothing`)), 10_000);
        const field = document.querySelector('.test-search input');
        const status = document.querySelector('[role=search] [role=status]');
        const before = performance.now();
        const seen = new window.MutationObserver(() => {
          seen.disconnect();
          requestAnimationFrame(() => window.setTimeout(() => done(performance.now() - before), 0));
        });
        seen.observe(status, { characterData: true, childList: true, subtree: true });
        Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value').set.call(field, text);
        field.dispatchEvent(new window.Event('input', { bubbles: true }));
      }), query));
    }
    for (let jump = 1; jump <= 5; jump += 1) {
      scrolled.push(await page.evaluate((part) => new Promise((done) => {
        const before = performance.now();
        window.scrollTo(0, document.documentElement.scrollHeight * part);
        requestAnimationFrame(() => requestAnimationFrame(() => window.setTimeout(() => done(performance.now() - before), 0)));
      }), jump / 6));
    }
    moved.push(await page.evaluate(() => new Promise((done) => {
      const before = performance.now();
      document.body.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'j', bubbles: true }));
      requestAnimationFrame(() => window.setTimeout(() => done(performance.now() - before), 0));
    })));
    nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    if (faults.length > 0) throw new Error(faults.join('; '));
    await page.close();
  }
} finally {
  await browser.close();
}
console.log(`first paint: ${show(painted)}`);
console.log(`interactive: ${show(opened)}, at most ${INTERACTIVE_MS_MAX} ms wanted`);
for (const [query, times] of Object.entries(searched)) console.log(`search '${query}', from key to drawn result: ${show(times)}, at most ${SEARCH_MS_MAX} ms wanted`);
console.log(`scroll jump: median ${Math.round(median(scrolled))} ms, worst ${Math.round(Math.max(...scrolled))} ms`);
console.log(`cursor key: ${show(moved)}`);
console.log(`elements in the page: ${nodes}`);
if (median(opened) > INTERACTIVE_MS_MAX || Object.values(searched).some((times) => median(times) > SEARCH_MS_MAX)) process.exitCode = 1;
