// The made-up suite: which tests there are, what they are called and how long they take.
import { share } from './arithmetic.mjs';

const AREAS = ['accounts', 'billing', 'cart', 'catalogue', 'checkout', 'exports', 'invoices', 'mail', 'orders', 'returns', 'search', 'settings'];
const VERBS = ['creates', 'changes', 'removes', 'lists', 'exports', 'imports', 'archives', 'restores', 'validates', 'shares'];
const THINGS = ['a customer', 'an invoice', 'a draft order', 'a price list', 'an address', 'a payment method', 'a saved filter', 'a team role', 'a webhook', 'a report'];

export const TESTS_PER_SPEC = 8;

export function specOf(test) {
  const spec = Math.floor(test / TESTS_PER_SPEC);
  const area = AREAS[spec % AREAS.length];
  const round = Math.floor(spec / AREAS.length);
  return { spec: `tests/${area}/${area}${round === 0 ? '' : `-${round + 1}`}.spec.ts`, title: area[0].toUpperCase() + area.slice(1) };
}

export function testOf(test) {
  const { spec, title } = specOf(test);
  const name = `${VERBS[test % 10]} ${THINGS[Math.floor(test / 10) % 10]}${test < 100 ? '' : ` (case ${test})`}`;
  return { id: `t${test.toString(16).padStart(12, '0')}`, spec, title_path: [title, name], parameters: test % 17 === 4 ? 'chromium · de-DE' : '', line: 9 + (test % TESTS_PER_SPEC) * 14 };
}

export function durationOf(test, run) {
  return Math.round((300 + share(test, 1) ** 3 * 7_000) * (0.85 + share(test, run + 7) * 0.35));
}

/** What becomes of a test in a run; `bad` is the share of runs' tests that fail. */
export function outcomeOf(test, run, bad) {
  if (test % 211 === 9) return 'skipped';
  const luck = share(test * 31 + 5, run);
  const fragile = share(test, 99) < 0.03 ? 25 : 1;
  if (luck < bad * fragile) return luck < bad * fragile * 0.15 ? 'timed_out' : 'failed';
  return luck < bad * fragile * 2.2 ? 'flaky' : 'passed';
}

export const ERRORS = [
  'Error: expect(locator).toHaveText(expected) failed\n\nExpected: "€ 118.80"\nReceived: "€ 118.79"\nTimeout:  5000ms',
  "TimeoutError: locator.click: Timeout 5000ms exceeded.\nCall log:\n  - waiting for getByRole('button', { name: 'Save' })",
  'Error: expect(received).toBe(expected)\n\nExpected: 200\nReceived: 502',
];

export function errorOf(test, run) {
  return ERRORS[Math.floor(share(test, 41) * 2 + share(test, run) * 1.2) % ERRORS.length];
}
