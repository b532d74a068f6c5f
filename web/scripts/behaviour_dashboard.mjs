// What only a real browser and a server can show: keys, Back, signing in, and a run that goes on and ends.
import { watchPage } from './pages.mjs';
import { startStandIn } from './stand_in_server.mjs';

/** Sentences; empty when all is as it should be. */
export async function dashboardFaults(browser) {
  const faults = [];
  const expect = (what, actual, expected) => {
    if (actual !== expected) faults.push(`${what}: expected '${expected}', got '${actual}'`);
  };
  for (const story of [walk, live, signIn]) await story(browser, expect, faults);
  return faults;
}

async function openPage(browser, address, faults, path) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(15_000);
  const own = watchPage(page, address);
  await page.goto(address + path);
  return { page, end: async (allowed = /^$/) => {
    faults.push(...own.filter((fault) => !allowed.test(fault)));
    await page.close();
  } };
}

async function walk(browser, expect, faults) {
  const stand_in = await startStandIn({ tests: 3_000, runs: 1_200, clock: false });
  const { page, end } = await openPage(browser, stand_in.address, faults, '/runs');
  await page.locator('.data-row').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const second = await page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row'));
  expect('j twice is on the second row', second, '1');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\/r-/);
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await page.goBack();
  await page.goBack();
  expect('back leads to the list', new URL(page.url()).pathname, '/runs');
  await page.evaluate(() => window.scrollTo(0, 4_000));
  await page.getByRole('link', { name: /tests/ }).nth(12).click();
  await page.waitForURL(/\/runs\/r-/);
  await page.locator('main h1').waitFor();
  expect('another page begins at its top', await page.evaluate(() => window.scrollY), 0);
  await page.goBack();
  await page.waitForFunction(() => window.scrollY === 4_000).catch(() => expect('back stands where one was', 'elsewhere', '4000'));
  await page.keyboard.press('/');
  await page.keyboard.type('timed out');
  await page.waitForURL(/text=timed/);
  await page.keyboard.press('Escape');
  expect('Esc leaves the search', await page.evaluate(() => document.activeElement?.tagName), 'BODY');
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL(/\/projects\/[^/]+\/tests$/);
  await page.locator('.data-row').first().waitFor();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForFunction(() => Number(document.querySelector('.data-rows').style.height.replace('px', '')) > 200 * 54);
  await page.keyboard.press('?');
  expect('? opens the help', await page.getByRole('dialog', { name: 'Keys' }).isVisible(), true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await end();
  await stand_in.close();
}

async function live(browser, expect, faults) {
  const stand_in = await startStandIn({ tests: 40, runs: 3, clock: false, live_tests: 160 });
  const run = stand_in.live();
  run.advance(4_000);
  const { page, end } = await openPage(browser, stand_in.address, faults, `/runs/${run.row.run_id}`);
  await page.locator('.live-lanes li').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.live-running').length === 8);
  const finished = () => page.locator('h1').innerText();
  const before = await finished();
  for (let at = 0; at < 40; at += 1) run.advance(100);
  await page.waitForFunction((text) => document.querySelector('h1').textContent !== text, before);
  expect('the page tells what the server knows', await finished(), run.row.headline);
  while (!run.ended) run.advance(500);
  await page.locator('.live-lanes').waitFor({ state: 'detached' });
  await page.waitForFunction((text) => document.querySelector('h1').textContent === text, run.row.headline);
  expect('no notice of a ledger that does not add up', await page.getByText('does not add up').count(), 0);
  expect('the end is told', (await page.locator('p[aria-live=polite]').innerText()).includes(run.row.headline), true);
  await end();
  await stand_in.close();
}

async function signIn(browser, expect, faults) {
  const stand_in = await startStandIn({ tests: 40, runs: 3, open: false, clock: false });
  const { page, end } = await openPage(browser, stand_in.address, faults, '/runs?verdict=passed');
  await page.waitForURL(/\/login\?back=/);
  await page.getByLabel('Token').fill('tmk_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Token').fill('tmk_viewer');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\?verdict=passed$/);
  await page.locator('.data-table').waitFor();
  expect('a viewer sees no tokens', await page.getByRole('link', { name: 'Tokens' }).count(), 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login$/);
  // Whatever the page still asks on its way out has been answered: a redirect would have come by then.
  await page.waitForLoadState('networkidle');
  expect('signing out stays', new URL(page.url()).pathname, '/login');
  await end(/status of 401/);
  await stand_in.close();
}
