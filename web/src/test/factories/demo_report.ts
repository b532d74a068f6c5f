// A report as a team would meet it on a bad morning: 47 tests on two workers, three failures, a flaky one, two that never ran.
// The development page shows it, and the pictures are taken of it.
import type { AttemptView, ReportView, SpanView, TestView, UnitView, WorkerView } from '../../model/report';
import { reportView } from './report_factory';
import { attempt, errorView, screenshot, step, testView, textFile, trace, video } from './test_factory';

const SPECS: readonly [string, string, readonly string[]][] = [
  ['tests/accounts.spec.ts', 'Accounts', ['signs in with a password', 'signs in with a passkey', 'refuses a wrong password', 'locks after five attempts', 'resets the password by mail']],
  ['tests/catalogue.spec.ts', 'Catalogue', ['shows the first page', 'filters by brand', 'filters by price', 'sorts by rating', 'keeps the filter after going back', 'loads more on scroll']],
  ['tests/cart.spec.ts', 'Cart', ['adds an article', 'changes the amount', 'removes an article', 'survives a reload', 'merges after signing in']],
  ['tests/checkout.spec.ts', 'Checkout', ['pays by card', 'pays by invoice', 'applies a voucher to the total', 'refuses an expired voucher', 'keeps the address for next time', 'shows the delivery date']],
  ['tests/orders.spec.ts', 'Orders', ['lists open orders', 'cancels an order', 'exports 5,000 rows', 'prints a label', 'archives an order', 'restores an archived order']],
  ['tests/search.spec.ts', 'Search', ['finds by name', 'suggests while typing', 'forgives a typing error', 'says when nothing was found']],
  ['tests/returns.spec.ts', 'Returns', ['starts a return', 'prints the return label', 'refunds to the card']],
  ['tests/admin/users.spec.ts', 'Users', ['invites a colleague', 'changes a role', 'removes a colleague', 'shows the audit log']],
  ['tests/admin/prices.spec.ts', 'Prices', ['imports a price list', 'rejects a broken price list', 'schedules a price change', 'rounds to five cents']],
  ['tests/mail.spec.ts', 'Mail', ['confirms an order', 'announces the parcel', 'speaks the customer’s language', 'can be unsubscribed']],
];

const APP_LOG = `10:32:41.118 INFO  POST /api/cart/voucher 200 14ms voucher=SPRING
10:32:41.131 WARN  rounding: 118.795 -> 118.79 (half to even)
10:32:41.164 INFO  GET /api/cart 200 6ms total=118.79
10:32:46.402 INFO  client closed the connection`;

/** `picture` is a data URI of the screenshots; the development page draws a plain one. */
export function demoReport(picture = drawnPicture()): ReportView {
  const tests: TestView[] = [];
  const units: UnitView[] = [];
  const lanes: SpanView[][] = [[], []];
  const clock = [0, 0];
  const busy = [0, 0];
  for (const lane of [0, 1]) {
    push(lanes, clock, lane, 'app_start', 2_350 + lane * 180, -1, 'npm run start');
    push(lanes, clock, lane, 'framework_start', 1_420, -1, 'npx playwright test');
  }
  SPECS.forEach(([spec, title, names], unit) => {
    const lane = (clock[0] ?? 0) <= (clock[1] ?? 0) ? 0 : 1;
    const worker = `local/${lane + 1}`;
    if (unit > 1) push(lanes, clock, lane, 'app_reset', 240 + unit * 13, -1, 'npm run db:reset');
    if (unit === 7) push(lanes, clock, lane, 'waiting_lock', 3_100, -1, "lock 'admin-tenant' held by the other worker");
    let duration = 0;
    let estimate = 0;
    names.forEach((name, at) => {
      const index = tests.length;
      const length = 480 + ((index * 7919) % 41) * 92;
      const attempts = attemptsOf(name, worker, clock[lane] ?? 0, length, picture);
      for (const one of attempts) push(lanes, clock, lane, 'test', one.duration_ms, index, name);
      const spent = attempts.reduce((sum, one) => sum + one.duration_ms, 0);
      duration += spent;
      estimate += Math.min(length, 4_000) * (0.8 + ((unit * 37) % 11) / 20);
      busy[lane] = (busy[lane] ?? 0) + spent;
      tests.push(testView({
        id: `t${index.toString(16).padStart(12, '0')}`, spec, title_path: [title, name], line: 9 + at * 14, unit, parameters: index % 9 === 4 ? 'chromium · de-DE' : '',
        tags: tagsOf(title, at), annotations: name === 'prints a label' ? [{ type: 'skip', description: 'needs a label printer' }] : annotationsOf(name),
        outcome: outcomeOfName(name), reason: outcomeOfName(name) === 'never_ran' ? 'the framework was killed after a timeout in the same serial group' : '',
        quarantined: name === 'announces the parcel', duration_ms: attempts.at(-1)?.duration_ms ?? 0, attempts,
      }));
    });
    units.push({ index: unit, title: spec, spec, tests: names.length, estimate_ms: unit === 6 ? 0 : Math.round(estimate), duration_ms: duration, worker });
  });
  const wall_ms = Math.max(...clock) + 640;
  const late = (clock[0] ?? 0) < (clock[1] ?? 0) ? 0 : 1;
  push(lanes, clock, late, 'idle', Math.max(...clock) - (clock[late] ?? 0), -1, 'nothing left to hand out');
  const workers: WorkerView[] = lanes.map((spans, lane) => ({ name: `local/${lane + 1}`, spans, busy_ms: busy[lane] ?? 0 }));
  const total_busy = busy.reduce((sum, one) => sum + one, 0);
  return reportView(tests, {
    units, workers,
    disagreements: [
      { name: 'fewer_tests_than_planned', message: 'The framework said it was done after 4 of 6 tests; the other 2 are counted as never ran.', unit: 'tests/orders.spec.ts' },
    ],
    run: {
      verdict: 'failed', exit_code: 1, headline: `3 of ${tests.length} tests failed, 2 never ran`, wall_ms,
      lower_bound_ms: Math.max(Math.round(total_busy / 2), ...units.map((unit) => unit.duration_ms)), busy_ms: total_busy,
      held_back: [
        'local/1 waited 3.1 s for the lock “admin-tenant” that local/2 held.',
        'Starting the application and the framework took 7.7 s of the workers’ time.',
        'tests/orders.spec.ts ran 30 s longer than estimated: one test met its timeout.',
      ],
      command: 'tamarack run --workers 2 --retries 1', branch: 'feature/voucher-rounding',
    },
  });
}

function push(lanes: SpanView[][], clock: number[], lane: number, kind: string, length: number, test: number, label: string): void {
  if (length <= 0) return;
  const start_ms = clock[lane] ?? 0;
  lanes[lane]?.push({ kind, start_ms, end_ms: start_ms + length, test, label });
  clock[lane] = start_ms + length + (kind === 'test' ? 30 : 0);
}

function outcomeOfName(name: string): string {
  switch (name) {
    case 'applies a voucher to the total':
    case 'rounds to five cents':
      return 'failed';
    case 'exports 5,000 rows':
      return 'timed_out';
    case 'archives an order':
    case 'restores an archived order':
      return 'never_ran';
    case 'suggests while typing':
      return 'flaky';
    case 'prints a label':
      return 'skipped';
    default:
      return 'passed';
  }
}

function attemptsOf(name: string, worker: string, from: number, length: number, picture: string): AttemptView[] {
  const plain = attempt({ worker, started_ms: from, duration_ms: length, steps: stepsOf(from, length, false) });
  const shot = screenshot({ data_uri: picture });
  const failure = (number: number, started_ms: number, error: Parameters<typeof errorView>[0], duration_ms = 6_240): AttemptView => attempt({
    number, worker, status: 'failed', started_ms, duration_ms, errors: [errorView(error)], attachments: [shot, trace()],
    output: 'cart c-4411 created\nvoucher \u001b[32mSPRING\u001b[39m applied, 10 %\n', errput: '(node:4121) Warning: locale de-DE falls back to en-GB\n',
    app_log: APP_LOG, steps: stepsOf(started_ms, duration_ms, true),
  });
  switch (name) {
    case 'applies a voucher to the total':
      return [failure(1, from, {}), failure(2, from + 6_270, {})];
    case 'rounds to five cents':
      return [failure(1, from, {
        message: 'Error: \u001b[2mexpect(\u001b[22m\u001b[31mreceived\u001b[39m\u001b[2m).\u001b[22mtoBe\u001b[2m(\u001b[22m\u001b[32mexpected\u001b[39m\u001b[2m)\u001b[22m\n\nExpected: \u001b[32m12.35\u001b[39m\nReceived: \u001b[31m12.34\u001b[39m',
        file: 'tests/admin/prices.spec.ts', line: 51, snippet: '', stack: 'Error: expect(received).toBe(expected)\n    at tests/admin/prices.spec.ts:51:24',
      }, 2_180)];
    case 'exports 5,000 rows':
      return [attempt({
        worker, status: 'timed_out', started_ms: from, duration_ms: 30_000, steps: stepsOf(from, 30_000, true), attachments: [shot, video(), textFile()], app_log: APP_LOG,
        errors: [errorView({ message: '\u001b[31mTest timeout of 30000ms exceeded.\u001b[39m', stack: '', snippet: '', file: 'tests/orders.spec.ts', line: 37 }),
          errorView({ message: "Error: page.waitForEvent: Test timeout of 30000ms exceeded.\n\nwaiting for event \"download\"", file: 'tests/orders.spec.ts', line: 44, snippet: '' })],
      })];
    case 'suggests while typing':
      return [failure(1, from, { message: "Error: locator.click: Timeout 5000ms exceeded.\nCall log:\n  - waiting for locator('li.suggestion').first()", snippet: '' }, 5_310),
        { ...plain, number: 2, started_ms: from + 5_340 }];
    case 'archives an order':
    case 'restores an archived order':
      return [];
    case 'prints a label':
      return [{ ...plain, status: 'skipped', duration_ms: 0, steps: [] }];
    default:
      return [plain];
  }
}

function stepsOf(from: number, length: number, failed: boolean): ReturnType<typeof step>[] {
  const part = (share: number): number => Math.round(length * share);
  return [
    step('Before Hooks', from, part(0.22), { category: 'hook' }),
    step('fixture: page', from + part(0.02), part(0.18), { category: 'fixture' }),
    step("page.goto('/')", from + part(0.22), part(0.2)),
    step("getByLabel('Voucher').fill('SPRING')", from + part(0.43), part(0.04)),
    step("getByRole('button', { name: 'Apply' }).click()", from + part(0.48), part(0.06)),
    step("expect(getByTestId('cart-total')).toHaveText", from + part(0.55), part(0.4), { category: 'expect', failed }),
    step('After Hooks', from + part(0.95), part(0.05), { category: 'hook' }),
  ];
}

function tagsOf(title: string, at: number): string[] {
  if (title === 'Checkout') return at < 3 ? ['@checkout', '@money'] : ['@checkout'];
  return at === 0 ? ['@smoke'] : [];
}

function annotationsOf(name: string): { type: string; description: string }[] {
  return name === 'applies a voucher to the total' ? [{ type: 'issue', description: 'https://tracker.example/SHOP-1182' }] : [];
}

function drawnPicture(): string {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1280 720'><rect width='1280' height='720' fill='#eef1f4'/><rect width='1280' height='64' fill='#20324a'/>
<rect x='80' y='120' width='720' height='480' rx='8' fill='#fff'/><rect x='840' y='120' width='360' height='300' rx='8' fill='#fff'/>
<text x='870' y='180' font-family='sans-serif' font-size='28'>Total  € 118.79</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
