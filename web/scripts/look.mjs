// Takes the pictures of the report that a person judges it by: light and dark, phone to wide screen, each part of the page. Each page
// is also checked by axe (contrast of WCAG AA and the rest of its rules), and the behaviour of browser and fingers is tried out.
// Usage: npm run build && npm run look [-- part of a name]
import { join } from 'node:path';
import { accessibilityFaults } from './accessibility.mjs';
import { behaviourFaults } from './behaviour.mjs';
import { SHOTS, factory, openBrowser, picturesShown, watchPage, writeReport } from './pages.mjs';

const SHOP = `<style>body{margin:0;font:16px system-ui;background:#eef1f4}header{background:#20324a;color:#fff;padding:18px 40px;font-weight:600}
main{display:grid;grid-template-columns:2fr 1fr;gap:24px;padding:32px 40px}section{background:#fff;border-radius:8px;padding:24px}li{padding:10px 0;border-bottom:1px solid #e3e7ec}
b{float:right}.off{color:#b9232b}</style><header>Storefront · Cart</header><main><section><h2>Your cart</h2><ul><li>Larch lamp, small <b>€ 89.00</b></li><li>Wool blanket <b>€ 42.99</b></li></ul></section>
<section><h3>Summary</h3><p>Subtotal <b>€ 131.99</b></p><p>Voucher SPRING <b class="off">− € 13.20</b></p><h2>Total <b>€ 118.79</b></h2></section></main>`;

const PICTURES = [
  { name: 'tests-light', width: 1440, height: 1000 },
  { name: 'tests-dark', width: 1440, height: 1000, dark: true },
  { name: 'tests-wide', width: 2560, height: 1200 },
  { name: 'tests-phone', width: 360, height: 780, full: true, until: 2200 },
  { name: 'tests-phone-dark', width: 360, height: 780, dark: true },
  { name: 'search', width: 1440, height: 900, hash: '#q=checkout+total&outcome=failed' },
  { name: 'detail-light', width: 1440, height: 1900, hash: '#test=t000000000012' },
  { name: 'detail-dark', width: 1440, height: 1900, hash: '#test=t000000000012', dark: true },
  { name: 'detail-drawer', width: 1000, height: 1100, hash: '#test=t00000000001d' },
  { name: 'detail-phone', width: 360, height: 780, hash: '#test=t000000000012' },
  { name: 'detail-phone-tall', width: 360, height: 2400, hash: '#test=t000000000012' },
  { name: 'timeline-light', width: 1440, height: 1000, hash: '#tab=timeline', hover: true },
  { name: 'timeline-dark', width: 1440, height: 1000, hash: '#tab=timeline', dark: true },
  { name: 'timeline-phone', width: 360, height: 900, hash: '#tab=timeline', full: true, until: 1800 },
  { name: 'artifacts-light', width: 1440, height: 1100, hash: '#tab=artifacts' },
  { name: 'artifacts-dark', width: 1440, height: 1100, hash: '#tab=artifacts&of=failed', dark: true },
  { name: 'artifacts-phone', width: 360, height: 900, hash: '#tab=artifacts', full: true, until: 2000 },
  { name: 'artifacts-none', width: 900, height: 900, report: 'interrupted', hash: '#tab=artifacts&kind=video' },
  { name: 'artifacts-empty', width: 360, height: 900, report: 'rerunPassed', hash: '#tab=artifacts', full: true, until: 1200 },
  { name: 'rerun', width: 1440, height: 1000, report: 'rerun' },
  { name: 'rerun-phone-dark', width: 360, height: 1300, report: 'rerun', dark: true },
  { name: 'rerun-test', width: 1440, height: 900, report: 'rerun', hash: `#test=${encodeURIComponent('tests/orders.spec.ts|Orders|cancels an order|')}` },
  { name: 'units-light', width: 1440, height: 1100, hash: '#tab=units' },
  { name: 'units-dark', width: 1440, height: 1100, hash: '#tab=units', dark: true },
  { name: 'units-phone', width: 360, height: 900, hash: '#tab=units', full: true, until: 2000 },
  { name: 'run-light', width: 1440, height: 1100, hash: '#tab=run' },
  { name: 'large', width: 1440, height: 1000, report: 'large' },
  { name: 'large-timeline', width: 1440, height: 1200, report: 'large', hash: '#tab=timeline' },
  { name: 'run-dark', width: 1440, height: 1100, hash: '#tab=run', dark: true },
  { name: 'infrastructure', width: 1000, height: 900, report: 'infrastructure' },
  { name: 'infrastructure-dark', width: 360, height: 1500, report: 'infrastructure', dark: true },
  { name: 'stopped', width: 1440, height: 900, report: 'stopped' },
  { name: 'lost', width: 1440, height: 1000, report: 'lost', hash: '#test=lost' },
  { name: 'interrupted', width: 1440, height: 900, report: 'interrupted' },
  { name: 'interrupted-phone-dark', width: 360, height: 1500, report: 'interrupted', dark: true },
  { name: 'no-tests', width: 900, height: 900, report: 'none' },
  { name: 'no-tests-timeline', width: 900, height: 900, report: 'none', hash: '#tab=timeline' },
  { name: 'no-tests-units', width: 900, height: 900, report: 'none', hash: '#tab=units' },
  { name: 'no-match', width: 900, height: 900, hash: '#q=zzz' },
  { name: 'unknown-test', width: 1440, height: 900, hash: '#test=nobody' },
  { name: 'empty', width: 900, height: 500, report: 'empty' },
  { name: 'empty-dark', width: 360, height: 700, report: 'empty', dark: true },
  { name: 'newer', width: 900, height: 500, report: 'newer' },
];

const wanted = process.argv.slice(2);
const browser = await openBrowser();
let failed = false;
try {
  const shop = await browser.newPage({ viewport: { width: 1280, height: 560 } });
  await shop.setContent(SHOP);
  const picture = `data:image/png;base64,${(await shop.screenshot()).toString('base64')}`;
  await shop.close();
  const { demoReport } = await factory('demo_report.ts');
  const { largeReport } = await factory('large_report.ts');
  const odd = await factory('odd_reports.ts');
  const reports = {
    demo: () => demoReport(picture), large: () => largeReport(), empty: () => null, newer: () => ({ ...odd.noTestsReport(), version: 9 }),
    infrastructure: odd.infrastructureReport, stopped: odd.stoppedReport, lost: odd.lostReport, interrupted: odd.interruptedReport, none: odd.noTestsReport, rerun: odd.rerunReport,
    rerunPassed: () => ({ ...odd.rerunReport(), tests: odd.rerunReport().tests.map((test) => ({ ...test, attempts: [] })) }),
  };
  const addresses = {};
  const address = (name) => (addresses[name] ??= writeReport(`${name}.html`, reports[name]()));
  for (const one of PICTURES.filter((each) => wanted.length === 0 || wanted.some((part) => each.name.includes(part)))) {
    const page = await browser.newPage({
      viewport: { width: one.width, height: one.height }, colorScheme: one.dark ? 'dark' : 'light', locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce',
    });
    const faults = watchPage(page);
    await page.goto(address(one.report ?? 'demo') + (one.hash ?? ''));
    await page.waitForSelector('main');
    if (one.hover) await page.locator('canvas').hover({ position: { x: 600, y: 45 } });
    await picturesShown(page);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) faults.push(`scrolls sideways by ${sideways} px`);
    faults.push(...await accessibilityFaults(page));
    const clip = one.full ? { clip: { x: 0, y: 0, width: one.width, height: one.until }, fullPage: true } : {};
    await page.screenshot({ path: join(SHOTS, `${one.name}.png`), ...clip });
    console.log(`${one.name}: ${faults.length === 0 ? 'ok' : faults.join('; ')}`);
    failed ||= faults.length > 0;
    await page.close();
  }
  if (wanted.length === 0 || wanted.includes('behaviour')) {
    const faults = await behaviourFaults(browser, address('demo'));
    console.log(`behaviour: ${faults.length === 0 ? 'ok' : faults.join('; ')}`);
    failed ||= faults.length > 0;
  }
} finally {
  await browser.close();
}
if (failed) process.exitCode = 1;
