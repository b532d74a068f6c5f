// Prints how quick the dashboard is against the stand-in with 100,000 tests and 10,000 runs: first paint, rows in sight, search from key to drawn
// result, paging, the report of a run with all tests, and how long a live run of that size blocks the page.
// Usage: npm run build && npm run measure:dashboard [-- tests runs]
import { cpus, loadavg } from 'node:os';
import { openBrowser, watchPage } from './pages.mjs';
import { startStandIn } from './stand_in_server.mjs';

const tests = Number(process.argv[2] ?? 100_000);
const runs = Number(process.argv[3] ?? 10_000);
const ROUNDS = 5;
const ROWS_MS_MAX = 1_000;
const SEARCH_MS_MAX = 500;
const LIVE_MS = 10_000;
const LIVE_TICK_MS = 100;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (values) => `median ${Math.round(median(values))} ms (${values.map((value) => Math.round(value)).join(', ')})`;

const stand_in = await startStandIn({ tests, runs, clock: false, live_tests: tests });
const rows = stand_in.world.runs.map((one) => one.row);
const largest = rows.slice(1).reduce((most, row) => row.planned > most.planned ? row : most);
console.log(`load of this machine: ${loadavg().map((load) => load.toFixed(1)).join(' ')} on ${cpus().length} processors; ${tests} tests, ${runs} runs`);

const PAGES = [
  { name: 'runs', path: '/runs', seen: '.data-row', queries: ['1 of', 'never ran', 'r-2026'] },
  { name: 'tests', path: '/projects/storefront/tests', seen: '.data-row', queries: ['case 4711', 'checkout invoice', 'cart'] },
  { name: 'specs', path: '/projects/storefront/specs', seen: '.data-row', queries: ['checkout', 'mail-77', 'cart'] },
  { name: `run of ${largest.planned} tests`, path: `/runs/${largest.run_id}`, seen: '[role=treeitem]', queries: ['case 4711', 'checkout invoice'], rows_ms_max: 6_000 },
];

const browser = await openBrowser();
let slow = false;
const judge = (what, values, most) => {
  console.log(`${what}: ${show(values)}, at most ${most} ms wanted`);
  slow ||= median(values) > most;
};
try {
  for (const one of PAGES) {
    const painted = [];
    const seen = [];
    const searched = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await openPage(one.path, one.seen);
      seen.push(await page.evaluate(() => window.seenAt));
      painted.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0));
      for (const query of one.queries) (searched[query] ??= []).push(await search(page, query));
      await page.close();
    }
    console.log(`${one.name}: first paint ${show(painted)}`);
    judge(`${one.name}: rows in sight`, seen, one.rows_ms_max ?? ROWS_MS_MAX);
    for (const [query, times] of Object.entries(searched)) judge(`${one.name}: search '${query}', from key to drawn result`, times, SEARCH_MS_MAX);
  }
  await measurePaging();
  await measureLive();
} finally {
  await browser.close();
  await stand_in.close();
}
if (slow) process.exitCode = 1;

async function openPage(path, selector) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  page.setDefaultTimeout(60_000);
  watchPage(page, stand_in.address);
  await page.addInitScript((wanted) => {
    const watch = new window.MutationObserver(() => {
      if (document.querySelector(wanted) === null) return;
      watch.disconnect();
      requestAnimationFrame(() => window.setTimeout(() => { window.seenAt = performance.now(); }, 0));
    });
    watch.observe(document, { childList: true, subtree: true });
    window.blocked = [];
    new window.PerformanceObserver((list) => window.blocked.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  }, selector);
  await page.goto(stand_in.address + path);
  await page.waitForFunction(() => window.seenAt !== undefined);
  return page;
}

/** From the key to the frame that shows other rows than before. */
async function search(page, query) {
  return await page.evaluate((text) => new Promise((done, refuse) => {
    const what = () => document.querySelector('.data-rows, .test-rows')?.textContent ?? '';
    window.setTimeout(() => refuse(new Error(`searching '${text}' changed nothing`)), 20_000);
    const field = document.querySelector('[role=search] input');
    const before = { at: performance.now(), rows: what() };
    const watch = new window.MutationObserver(() => {
      if (what() === before.rows || document.querySelector('[aria-busy=true]') !== null) return;
      watch.disconnect();
      requestAnimationFrame(() => window.setTimeout(() => done(performance.now() - before.at), 0));
    });
    watch.observe(document.querySelector('main'), { characterData: true, childList: true, subtree: true, attributes: true });
    Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value').set.call(field, text);
    field.dispatchEvent(new window.Event('input', { bubbles: true }));
  }), query);
}

async function measurePaging() {
  const page = await openPage('/runs', '.data-row');
  const began = Date.now();
  const height = () => page.evaluate(() => document.querySelector('.data-rows').style.height);
  for (let before = ''; before !== await height();) {
    before = await height();
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForFunction((known) => document.querySelector('.data-rows').style.height !== known, before, { timeout: 1_500 }).catch(() => undefined);
  }
  console.log(`runs: to the end of the list in ${Date.now() - began} ms, ${Math.round(Number((await height()).replace('px', '')) / 60)} rows, ${await page.evaluate(() => document.querySelectorAll('*').length)} elements in the page`);
  const jumps = [];
  for (const part of [0, 0.5, 0.2, 0.9, 0.1]) {
    jumps.push(await page.evaluate((share) => new Promise((done) => {
      const before = performance.now();
      window.scrollTo(0, document.documentElement.scrollHeight * share);
      requestAnimationFrame(() => requestAnimationFrame(() => window.setTimeout(() => done(performance.now() - before), 0)));
    }), part));
  }
  judge('runs: scroll jump over all rows', jumps, 150);
  await page.close();
}

async function measureLive() {
  const live = stand_in.live();
  live.advance(60_000);
  const page = await openPage(`/runs/${live.row.run_id}`, '[role=treeitem]');
  await page.evaluate(() => { window.blocked.length = 0; });
  const timer = setInterval(() => live.advance(LIVE_TICK_MS), LIVE_TICK_MS);
  await page.waitForTimeout(LIVE_MS);  // the subject: how long the page is blocked within this time
  clearInterval(timer);
  const blocked = await page.evaluate(() => window.blocked);
  console.log(`live run of ${live.run.planned} tests, ${LIVE_MS / 1_000} s: longest block ${Math.round(Math.max(0, ...blocked))} ms, ${blocked.length} blocks of ${Math.round(blocked.reduce((sum, one) => sum + one, 0))} ms in all`);
  await page.close();
}
