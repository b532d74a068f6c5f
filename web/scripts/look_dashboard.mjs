// Takes the pictures of the dashboard that a person judges it by, against the stand-in server: each page, light and dark, phone to wide screen. Each is
// also checked by axe, for console errors, foreign requests and sideways scrolling; then keys, Back and a run that ends are tried out.
// Usage: npm run build && npm run look:dashboard [-- part of a name]
import { join } from 'node:path';
import { accessibilityFaults } from './accessibility.mjs';
import { dashboardFaults } from './behaviour_dashboard.mjs';
import { SHOTS, openBrowser, picturesShown, watchPage } from './pages.mjs';
import { servedReport } from './stand_in/live_run.mjs';
import { startStandIn } from './stand_in_server.mjs';

const stand_in = await startStandIn({ tests: 2_000, runs: 300, clock: false });
const closed = await startStandIn({ tests: 40, runs: 5, open: false, clock: false });
const crowded = await startStandIn({ tests: 40, runs: 5, clock: false, live_tests: 1_600, live_workers: 64 });
for (let at = 0; at < 420; at += 1) {
  stand_in.live().advance(100);
  crowded.live().advance(100);
}

const rows = stand_in.world.runs.map((one) => one.row);
const runOf = (verdict) => `/runs/${rows.find((row) => row.verdict === verdict)?.run_id}`;
const live = runOf('running');
const big = `/runs/${rows.reduce((most, row) => row.planned > most.planned ? row : most).run_id}`;
const rerun = `/runs/${stand_in.world.runs.find((one) => one.run.carried_from !== undefined).row.run_id}`;
const flaky = stand_in.world.history.storefront.list('', 'flaky', 1, null).tests[0].test_id;
const timed_out = stand_in.world.history.storefront.test(flaky).executions.find((one) => one.outcome === 'timed_out' || one.outcome === 'failed').run_id;
const quarantined = stand_in.world.history.storefront.list('', 'flaky', 2_000, null).tests.find((one) => one.quarantine !== null).test_id;
const failed_test = servedReport(stand_in.world.runs.find((one) => one.row.verdict === 'failed')).tests.find((one) => one.outcome === 'failed').id;

const DESK = { width: 1440, height: 1000 };
const PHONE = { width: 360, height: 780 };
const WIDE = { width: 3840, height: 2160 };

const PAGES = [
  { name: 'runs', path: '/runs' },
  { name: 'runs-filtered', path: '/runs?project=storefront&verdict=failed', sizes: ['desk'] },
  { name: 'runs-none', path: '/runs?text=zzz', sizes: ['desk'] },
  { name: 'run-live', path: live, sizes: ['desk', 'dark', 'phone', 'wide', 'tablet'] },
  { name: 'run-live-timeline', path: `${live}#tab=timeline`, sizes: ['desk'] },
  { name: 'run-crowded', path: `/runs/${crowded.live().row.run_id}`, sizes: ['desk'], server: crowded },
  { name: 'run-failed', path: runOf('failed'), sizes: ['desk', 'dark', 'phone'] },
  { name: 'run-failed-test', path: `${runOf('failed')}#test=${failed_test}`, sizes: ['desk'] },
  { name: 'run-artifacts', path: `${big}#tab=artifacts`, sizes: ['desk', 'dark', 'phone', 'wide', 'tablet'] },
  { name: 'run-artifacts-test', path: `${runOf('failed')}#tab=artifacts&test=${failed_test}`, sizes: ['desk', 'phone'] },
  { name: 'run-artifacts-picture', path: `${big}#tab=artifacts&kind=image`, sizes: ['desk', 'phone'], prepare: showPicture },
  { name: 'run-rerun', path: rerun, sizes: ['desk', 'dark', 'phone'] },
  { name: 'run-interrupted', path: runOf('interrupted'), sizes: ['desk'] },
  { name: 'run-infrastructure', path: runOf('infrastructure'), sizes: ['desk'] },
  { name: 'run-unknown', path: '/runs/r-nobody', sizes: ['desk'] },
  { name: 'tests', path: '/projects/storefront/tests', sizes: ['desk', 'dark', 'phone', 'wide', 'tablet'] },
  { name: 'tests-search', path: '/projects/storefront/tests?text=checkout+invoice&sort=slow', sizes: ['desk'] },
  { name: 'test', path: `/projects/storefront/tests/${flaky}`, sizes: ['desk', 'dark', 'phone', 'wide'] },
  { name: 'test-timed-out', path: `/projects/storefront/tests/${flaky}?run=${timed_out}`, sizes: ['desk', 'dark', 'phone'], prepare: showEvidence },
  { name: 'test-picture', path: `/projects/storefront/tests/${flaky}?run=${timed_out}`, sizes: ['desk', 'phone'], prepare: enlargePicture },
  { name: 'test-quarantined', path: `/projects/storefront/tests/${quarantined}`, sizes: ['desk'] },
  { name: 'specs', path: '/projects/storefront/specs', sizes: ['desk', 'dark', 'phone'] },
  { name: 'jobs', path: '/jobs' },
  ...stand_in.world.jobs.map((job) => ({ name: `job-${job.status.toLowerCase()}`, path: `/jobs/${job.job_id}`, sizes: ['RUNNING', 'FAILED', 'COMPLETED'].includes(job.status) ? ['desk', 'dark', 'phone', 'wide'] : ['desk'] })),
  { name: 'waits', path: '/waits' },
  { name: 'waits-all', path: '/waits?state=all', sizes: ['desk', 'phone'] },
  { name: 'wait-person', path: '/waits/w-1', sizes: ['desk', 'dark', 'phone', 'wide'] },
  ...['w-2', 'w-3', 'w-5'].map((wait) => ({ name: `wait-${wait}`, path: `/waits/${wait}`, sizes: ['desk', 'phone'] })),
  { name: 'agents', path: '/agents', sizes: ['desk', 'dark', 'phone', 'wide'] },
  { name: 'tokens', path: '/tokens', sizes: ['desk', 'dark', 'phone'] },
  { name: 'tokens-made', path: '/tokens', sizes: ['desk'], prepare: makeToken },
  { name: 'tokens-rotate', path: '/tokens', sizes: ['desk', 'phone'], prepare: (page) => page.getByRole('button', { name: 'New secret for ada' }).click() },
  { name: 'tokens-rotated', path: '/tokens', sizes: ['desk', 'dark', 'phone'], prepare: rotateToken },
  { name: 'help', path: '/runs', sizes: ['desk'], prepare: (page) => page.keyboard.press('?') },
  { name: 'cancel', path: live, sizes: ['desk'], prepare: (page) => page.getByRole('button', { name: 'Cancel run' }).click() },
  { name: 'login', path: '/agents', sizes: ['desk', 'dark', 'phone'], server: closed },
  { name: 'unknown-page', path: '/nowhere', sizes: ['desk'] },
];

const SIZES = { desk: DESK, dark: { ...DESK, dark: true }, phone: PHONE, wide: WIDE, tablet: { width: 820, height: 1100 } };

async function rotateToken(page) {
  await page.getByRole('button', { name: 'New secret for wall display' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('status', { name: 'The new secret' }).waitFor();
  await page.getByText('the old secret stops').waitFor();
}

async function showEvidence(page) {
  await page.getByRole('region', { name: 'Screenshots' }).waitFor();
  await page.getByRole('region', { name: 'Evidence' }).evaluate((part) => part.scrollIntoView());
}

/** By keyboard alone: to the picture, large, and back. */
async function enlargePicture(page) {
  const picture = page.getByRole('button', { name: /^Screenshot / }).first();
  for (const key of ['Enter', 'Escape', 'Enter']) {
    if (key === 'Enter') await picture.focus();
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor(key === 'Enter' ? {} : { state: 'hidden' });
  }
}

async function makeToken(page) {
  await page.getByLabel('Name').fill('gitlab storefront');
  await page.getByRole('button', { name: 'Make token' }).click();
  await page.getByRole('status', { name: 'The new token' }).waitFor();
}

async function showPicture(page) {
  await page.getByRole('button', { name: /^Show / }).first().click();
  await page.getByRole('dialog').waitFor();
}

const wanted = process.argv.slice(2);
const browser = await openBrowser();
let bad = false;
try {
  for (const one of PAGES.filter((each) => wanted.length === 0 || wanted.some((part) => each.name.startsWith(part)))) {
    const { address } = one.server ?? stand_in;
    for (const size of one.sizes ?? ['desk', 'dark', 'phone', 'wide', 'tablet']) {
      const { width, height, dark } = SIZES[size];
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
      const faults = watchPage(page, address);
      await page.goto(address + one.path);
      await page.waitForSelector('main h1, main [role=alert]', { state: 'attached' });
      await page.waitForFunction(() => !/Loading/.test(document.querySelector('main')?.textContent ?? ''));
      await one.prepare?.(page);
      await picturesShown(page);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) faults.push(`scrolls sideways by ${sideways} px`);
      faults.push(...await accessibilityFaults(page));
      await page.screenshot({ path: join(SHOTS, `dashboard-${one.name}-${size}.png`) });
      // What a server refuses on purpose is written to the console by the browser itself.
      const own = faults.filter((fault) => !(one.server === closed || one.name === 'run-unknown') || !/status of 40[14]/.test(fault));
      console.log(`${one.name} ${size}: ${own.length === 0 ? 'ok' : own.join('; ')}`);
      bad ||= own.length > 0;
      await page.close();
    }
  }
  if (wanted.length === 0 || wanted.includes('behaviour')) {
    const faults = await dashboardFaults(browser);
    console.log(`behaviour: ${faults.length === 0 ? 'ok' : faults.join('; ')}`);
    bad ||= faults.length > 0;
  }
} finally {
  await browser.close();
  await stand_in.close();
  await closed.close();
  await crowded.close();
}
if (bad) process.exitCode = 1;
