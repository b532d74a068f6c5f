// The ordinary cases: a file in default mode is one group.
const { test, expect } = require('@playwright/test');
const fs = require('fs');

test.beforeAll(() => {
  console.log('before all');
});

test('adds @fast', async () => {
  console.log('adding');
  console.error('warning');
  expect(1 + 1).toBe(2);
});

test.describe('sums', { tag: ['@slow', '@nightly'] }, () => {
  test('is zero for nothing', { annotation: { type: 'issue', description: 'SUM-1' } }, async () => {
    expect([].reduce((a, b) => a + b, 0)).toBe(0);
  });

  test.describe('with "quotes", › arrows, [brackets], umlauts äöü and 漢字 🦊', () => {
    test('keeps  two spaces > and (parentheses) $^.*', async () => {});
  });
});

test('steps', async () => {
  await test.step('outer', async () => {
    await test.step('inner', async () => {});
  });
  await test.step('second', async () => {});
});

test('attachments', async ({}, info) => {
  await info.attach('note', { body: 'hello', contentType: 'text/plain' });
  const file = info.outputPath('data.json');
  fs.writeFileSync(file, '{"a":1}');
  await info.attach('data', { path: file, contentType: 'application/json' });
});

test('expected failure', async () => {
  test.fail();
  expect(1).toBe(2);
});

test.skip('skipped', async () => {});

test.fixme('to be fixed', async () => {});

test('skipped while running', async () => {
  test.skip(true, 'not on this machine');
});

test('fails on demand', async () => {
  expect(process.env.FAIL || '', 'FAIL is set').toBe('');
});

test('passes although it should fail on demand', async () => {
  test.fail(Boolean(process.env.FAIL), 'only with FAIL');
});

test('hangs on demand', async () => {
  test.skip(!process.env.HANG, 'only with HANG');
  test.setTimeout(Number(process.env.HANG));
  console.log('hanging now');
  await new Promise(() => {});
});
