// What only a real browser can show: Back and Forward, and fingers on the timeline.
import { watchPage } from './pages.mjs';

/** Sentences; empty when all is as it should be. */
export async function behaviourFaults(browser, address) {
  const faults = [];
  const expect = (what, actual, expected) => {
    if (actual !== expected) faults.push(`${what}: expected '${expected}', got '${actual}'`);
  };
  await history(browser, address, expect, faults);
  await fingers(browser, address, expect, faults);
  return faults;
}

async function history(browser, address, expect, faults) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce' });
  const own = watchPage(page);
  const state = async () => {
    const tab = await page.locator('[role=tab][aria-selected=true]').innerText();
    const title = await page.locator('article h2').allInnerTexts();
    return [tab.replace(/[\s\d,]+$/, ''), ...title].join(', ');
  };
  await page.goto(address);
  await page.getByRole('treeitem', { name: /applies a voucher/ }).click();
  // Another tab is not covered by the test; Back brings it.
  await page.getByRole('tab', { name: 'Units' }).click();
  await page.getByRole('article').waitFor({ state: 'detached' });
  expect('after a tab', await state(), 'Units');
  const seen = [];
  for (const step of ['goBack', 'goBack', 'goForward', 'goForward']) {
    await page[step]();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    seen.push(await state());
  }
  const opened = 'applies a voucher to the total';
  expect('back and forward', seen.join(' | '), [`Tests, ${opened}`, 'Tests', `Tests, ${opened}`, 'Units'].join(' | '));
  faults.push(...own);
  await page.close();
}

async function fingers(browser, address, expect, faults) {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const own = watchPage(page);
  await page.goto(`${address}#tab=timeline`);
  const canvas = page.locator('canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const y = box.y + 45;
  const session = await context.newCDPSession(page);
  const touch = (type, ...xs) => session.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x: box.x + x, y, id })) });
  const whole = page.getByRole('button', { name: 'Whole run' });
  expect('the whole run at first', await whole.isDisabled(), true);
  await touch('touchStart', 80, 120);
  for (const apart of [30, 50, 70]) await touch('touchMove', 100 - apart, 100 + apart);
  await touch('touchEnd');
  expect('the whole run after a pinch', await whole.isDisabled(), false);
  const picture = () => canvas.evaluate((element) => element.toDataURL());
  const pinched = await picture();
  await touch('touchStart', 60);
  for (const x of [90, 130, 170]) await touch('touchMove', x);
  await touch('touchEnd');
  expect('a drag moved the run', await picture() !== pinched, true);
  await whole.tap();
  // The canvas says what a finger names only in the tip; the first test of the first lane begins after its application.
  await page.touchscreen.tap(box.x + 60, y);
  const named = await page.locator('.span-tip b').innerText();
  expect('a tap opened nothing yet', await page.getByRole('article').count(), 0);
  await page.touchscreen.tap(box.x + 60, y);
  await page.getByRole('article').waitFor();
  expect('a second tap opened the named test', await page.getByRole('article').getAttribute('aria-label'), named);
  faults.push(...own);
  await context.close();
}
