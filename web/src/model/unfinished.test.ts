// A run that goes on, or was interrupted, in the words of the report: pending and running are no words of the ledger and never look green.
import { describe, expect, it } from 'vitest';
import { reportView } from '../test/factories/report_factory';
import { failedTest, flakyTest, passedTest, screenshot, testView } from '../test/factories/test_factory';
import { attachmentFileName, servedAddress } from './attachments';
import { ledgerEntries, ledgerFault, pendingCount } from './ledger';
import { LEDGER_WORDS, OUTCOMES, isAtWork, isUnfinished, outcomeOf, sectionOf } from './outcome';
import { listOrder, listRows, noteOf } from './test_list';
import { emptyIndex, growIndex, nextIndex, searchTests } from './test_search';
import { formatViewState, parseViewState, VIEW_STATE_DEFAULT } from './view_state';

const open = (name: string, outcome: string) => testView({ title_path: [name], outcome, attempts: [], reason: '' });
const tests = [passedTest(), open('waits', 'pending'), open('runs', 'running'), failedTest(), flakyTest()];
const { ledger } = reportView(tests);

describe('an unfinished run', () => {
  it('has ten words, of which eight are the ledger’s', () => {
    expect(OUTCOMES).toHaveLength(10);
    expect(LEDGER_WORDS).toHaveLength(8);
    expect([outcomeOf(open('a', 'running')), outcomeOf(open('a', 'pending')), outcomeOf(open('a', 'odd'))]).toEqual(['running', 'pending', 'lost']);
    expect(sectionOf('pending')).toBe('open');
    expect([isAtWork('running'), isAtWork('interrupted'), isUnfinished('interrupted'), isUnfinished('passed')]).toEqual([true, false, true, false]);
  });
  it('adds up with pending as its last term', () => {
    expect(pendingCount(tests)).toBe(2);
    expect(ledgerFault(ledger, 5, 5, 2)).toBeNull();
    expect(ledgerFault(ledger, 5, 5, 1)).toBe('The ledger does not add up: 5 planned, but its entries sum to 3 and 1 tests are pending.');
    const entries = ledgerEntries(ledger, 2);
    expect(entries.at(-1)).toMatchObject({ outcome: 'pending', count: 2, share: 0.4 });
    expect(entries.reduce((sum, entry) => sum + entry.share, 0)).toBeCloseTo(1);
    expect(ledgerEntries(ledger)).toHaveLength(8);
  });
  it('lists failures, flaky tests, what runs, what waits, and then the quiet rest', () => {
    const order = listOrder(tests);
    expect(order.map((at) => tests[at]?.outcome)).toEqual(['failed', 'flaky', 'running', 'pending', 'passed']);
    expect(listRows(tests, order, new Set()).filter((row) => row.kind === 'section').map((row) => row.section)).toEqual(['attention', 'flaky', 'open', 'quiet']);
    expect(noteOf(open('waits', 'pending'))).toBe('');
  });
  it('can be filtered by what is open, also in a link', () => {
    const found = searchTests(listOrder(tests), emptyIndex(tests), '', new Set(['running', 'pending'] as const));
    expect(found.matches).toHaveLength(2);
    expect(found.counts).toMatchObject({ running: 1, pending: 1, failed: 1 });
    const state = { ...VIEW_STATE_DEFAULT, outcomes: ['running', 'pending'] as const };
    expect(parseViewState(formatViewState(state))).toEqual(state);
  });
  it('keeps the search texts of tests that did not change', () => {
    const before = emptyIndex(tests);
    growIndex(before, 3);
    const changed = [...tests];
    changed[2] = open('runs', 'running');
    changed[0] = failedTest({ title_path: ['another'] });
    expect(nextIndex(before, tests).haystacks).toEqual(before.haystacks);
    expect(nextIndex(before, changed.map((test, at) => at === 0 ? tests[0] ?? test : test)).haystacks).toHaveLength(3);
    expect(nextIndex(before, changed).haystacks).toHaveLength(0);
    const failed = tests.map((test, at) => at === 1 ? { ...test, outcome: 'failed', reason: 'it broke' } : test);
    expect(nextIndex(before, failed).haystacks[1]).toContain('it broke');
  });
});

describe('what a server sends along', () => {
  const at = (path: string) => screenshot({ path });
  it('is found at the server, and only there', () => {
    const path = `/blobs/shop/${'a1'.repeat(32)}/shot.png?expires=1&signature=x`;
    expect(servedAddress(at(path))).toBe(path);
    expect(attachmentFileName(at(path))).toBe('shot.png');
    expect(attachmentFileName(at('artifacts/what?.png'))).toBe('what?.png');
    expect(['artifacts/a.png', '//evil.example/a.png', 'https://evil.example/a.png', '/\\evil', '/elsewhere/a', ''].map((one) => servedAddress(at(one)))).toEqual([null, null, null, null, null, null]);
    expect(servedAddress(screenshot({ data_uri: 'data:image/png;base64,AA' }))).toBe('data:image/png;base64,AA');
  });
});
