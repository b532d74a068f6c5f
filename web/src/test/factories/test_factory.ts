// Tests and attempts in named states, for unit tests, the development page and the pictures.
import type { AttachmentView, AttemptView, ErrorView, StepView, TestView } from '../../model/report';

export function step(title: string, started_ms: number, duration_ms: number, over: Partial<StepView> = {}): StepView {
  return { title, category: 'pw:api', started_ms, duration_ms, failed: false, ...over };
}

export function attempt(over: Partial<AttemptView> = {}): AttemptView {
  return {
    number: 1, worker: 'local/1', status: 'passed', started_ms: 1_000, duration_ms: 820,
    errors: [], output: '', errput: '', app_log: '', attachments: [], steps: [], counted: true, ...over,
  };
}

export function testView(over: Partial<TestView> = {}): TestView {
  const base: TestView = {
    id: '', spec: 'tests/orders.spec.ts', title_path: ['Orders', 'lists open orders'], parameters: '', line: 12, tags: [],
    annotations: [], outcome: 'passed', reason: '', carried_from: '', quarantined: false, duration_ms: 820, unit: 0, flow: -1, attempts: [attempt()], ...over,
  };
  return base.id === '' ? { ...base, id: [base.spec, ...base.title_path, base.parameters].join('|') } : base;
}

export function errorView(over: Partial<ErrorView> = {}): ErrorView {
  return {
    message: '\u001b[2mexpect(\u001b[22m\u001b[31mlocator\u001b[39m\u001b[2m).\u001b[22mtoHaveText\u001b[2m(\u001b[22m\u001b[32mexpected\u001b[39m\u001b[2m)\u001b[22m failed\n\n'
      + "Locator:  getByTestId('cart-total')\n"
      + 'Expected: \u001b[32m"€ 118.80"\u001b[39m\nReceived: \u001b[31m"€ 118.79"\u001b[39m\nTimeout:  5000ms',
    stack: "Error: expect(locator).toHaveText(expected) failed\n    at checkTotal (tests/checkout.spec.ts:48:44)\n    at tests/checkout.spec.ts:31:9\n"
      + '    at WorkerMain._runTest (node_modules/playwright/lib/worker/workerMain.js:318:9)',
    file: 'tests/checkout.spec.ts',
    line: 48,
    column: 44,
    snippet: "  46 |   await page.getByLabel('Voucher').fill('SPRING');\n  47 |   await page.getByRole('button', { name: 'Apply' }).click();\n"
      + "> 48 |   await expect(page.getByTestId('cart-total')).toHaveText('€ 118.80');\n     |                                            ^\n"
      + "  49 |   await page.getByRole('button', { name: 'Pay' }).click();\n  50 | });",
    ...over,
  };
}

export function screenshot(over: Partial<AttachmentView> = {}): AttachmentView {
  return {
    name: 'screenshot', content_type: 'image/png', path: 'artifacts/checkout-voucher/test-failed-1.png', size: 48_213, sha256: 'a1f0'.repeat(16), data_uri: '', ...over,
  };
}

export function trace(over: Partial<AttachmentView> = {}): AttachmentView {
  return {
    name: 'trace', content_type: 'application/zip', path: 'artifacts/checkout-voucher/trace.zip', size: 1_482_113, sha256: 'b2e1'.repeat(16), data_uri: '', ...over,
  };
}

export function video(over: Partial<AttachmentView> = {}): AttachmentView {
  return { name: 'video', content_type: 'video/webm', path: 'artifacts/orders-export/video.webm', size: 2_204_731, sha256: 'c3d2'.repeat(16), data_uri: '', ...over };
}

export function textFile(over: Partial<AttachmentView> = {}): AttachmentView {
  return { name: 'server answer', content_type: 'application/json', path: 'artifacts/orders-export/answer.json', size: 914, sha256: 'd4c3'.repeat(16), data_uri: '', ...over };
}

export function passedTest(over: Partial<TestView> = {}): TestView {
  return testView(over);
}

export function failedTest(over: Partial<TestView> = {}): TestView {
  return testView({
    spec: 'tests/checkout.spec.ts', title_path: ['Checkout', 'applies a voucher to the total'], line: 22, tags: ['@checkout', '@money'],
    outcome: 'failed', duration_ms: 6_240,
    attempts: [attempt({ status: 'failed', duration_ms: 6_240, errors: [errorView()], attachments: [screenshot(), trace()] })],
    ...over,
  });
}

/** Its verdict stands from an earlier run; here it was not run. */
export function carriedTest(over: Partial<TestView> = {}, from = 'r-20261121-094411-02bd'): TestView {
  return testView({ reason: `carried forward from run '${from}'`, carried_from: from, duration_ms: 0, attempts: [], ...over });
}

export function flakyTest(over: Partial<TestView> = {}): TestView {
  return testView({
    spec: 'tests/search.spec.ts', title_path: ['Search', 'suggests while typing'], outcome: 'flaky', duration_ms: 1_130,
    attempts: [
      attempt({ status: 'failed', duration_ms: 5_310, errors: [errorView({ message: "Timed out 5000ms waiting for locator('li.suggestion')", snippet: '' })] }),
      attempt({ number: 2, started_ms: 7_000, duration_ms: 1_130 }),
    ],
    ...over,
  });
}

export function timedOutTest(over: Partial<TestView> = {}): TestView {
  return testView({
    title_path: ['Orders', 'exports 5,000 rows'], outcome: 'timed_out', duration_ms: 30_000,
    attempts: [attempt({ status: 'timed_out', duration_ms: 30_000, errors: [errorView({ message: 'Test timeout of 30000ms exceeded.', stack: '', snippet: '' })] })],
    ...over,
  });
}

export function neverRanTest(over: Partial<TestView> = {}): TestView {
  return testView({ title_path: ['Orders', 'archives an order'], outcome: 'never_ran', reason: 'the framework ended before this test began', duration_ms: 0, attempts: [], ...over });
}

export function skippedTest(over: Partial<TestView> = {}): TestView {
  return testView({
    title_path: ['Orders', 'prints a label'], outcome: 'skipped', duration_ms: 0,
    annotations: [{ type: 'skip', description: 'needs a label printer' }], attempts: [attempt({ status: 'skipped', duration_ms: 0 })], ...over,
  });
}
