import { describe, expect, it } from 'vitest';
import { failedTest, flakyTest, neverRanTest, passedTest, skippedTest, timedOutTest } from '../test/factories/test_factory';
import { largeReport } from '../test/factories/large_report';
import { emptyCounts, emptyIndex, growIndex, haystackOf, queryWords, searchTests } from './test_search';
import { listOrder, listRows, noteOf, type ListRow } from './test_list';
import type { TestView } from './report';
import type { Outcome } from './outcome';

const none: ReadonlySet<string> = new Set();

function story(tests: TestView[], rows: ListRow[]): string[] {
  return rows.map((row) => {
    switch (row.kind) {
      case 'section': return `# ${row.section} ${row.count}`;
      case 'spec': return `${row.spec} ${row.count}`;
      default: return `- ${tests[row.test]?.outcome ?? ''} ${tests[row.test]?.title_path.at(-1) ?? ''}`;
    }
  });
}

describe('the list of tests', () => {
  const tests = [
    passedTest({ spec: 'a', title_path: ['one'] }), neverRanTest({ spec: 'a', title_path: ['two'] }), timedOutTest({ spec: 'a', title_path: ['three'] }),
    skippedTest({ spec: 'b', title_path: ['four'] }), failedTest({ spec: 'b', title_path: ['five'] }), flakyTest({ spec: 'c', title_path: ['six'] }),
    passedTest({ spec: 'b', title_path: ['seven'] }),
  ];

  it('comes failure first and grouped by spec', () => {
    expect(story(tests, listRows(tests, listOrder(tests), none))).toEqual([
      '# attention 3', 'b 1', '- failed five', 'a 2', '- timed_out three', '- never_ran two',
      '# flaky 1', 'c 1', '- flaky six',
      '# quiet 3', 'a 1', '- passed one', 'b 2', '- skipped four', '- passed seven',
    ]);
  });

  it('a folded spec keeps its heading and count', () => {
    expect(story(tests, listRows(tests, listOrder(tests), new Set(['quiet b']))).slice(-3)).toEqual(['a 1', '- passed one', 'b 2']);
  });

  it('an unknown outcome is shown among the failures', () => {
    const odd = [passedTest(), passedTest({ outcome: 'vanished', title_path: ['odd'] })];
    expect(story(odd, listRows(odd, listOrder(odd), none))[2]).toBe('- vanished odd');
  });

  it('the note is the first line of the error without its colours, or the reason', () => {
    expect(noteOf(failedTest())).toBe('expect(locator).toHaveText(expected) failed');
    expect(noteOf(neverRanTest())).toBe('the framework ended before this test began');
    expect(noteOf(passedTest())).toBe('');
  });

  it('every one of 100,000 tests stands in the list exactly once', () => {
    const { tests: many } = largeReport();
    const order = listOrder(many);
    expect(order).toHaveLength(100_000);
    expect(new Set(order).size).toBe(100_000);
    const rows = listRows(many, order, none);
    expect(rows.filter((row) => row.kind === 'test')).toHaveLength(100_000);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  }, 30_000);
});

describe('search', () => {
  const tests = [failedTest(), passedTest(), flakyTest(), neverRanTest()];
  const index = emptyIndex(tests);
  const find = (query: string, outcomes: Outcome[] = []): ReturnType<typeof searchTests> => searchTests([0, 1, 2, 3], index, query, new Set(outcomes));

  it.each([
    ['title', 'VOUCHER total', [0]], ['path', 'orders.spec', [1, 3]], ['tag', '@money', [0]], ['error text', '118.79', [0]], ['coloured error text', 'expect(locator).tohavetext', [0]],
    ['reason', 'framework ended', [3]], ['phrase', '"suggests while"', [2]], ['phrase in the wrong order', '"while suggests"', []], ['nothing', '', [0, 1, 2, 3]],
  ])('finds by %s', (_, query, expected) => expect(find(query).matches).toEqual(expected));

  it('counts what each filter would show, whatever filter is on', () => {
    expect(find('', ['flaky'])).toEqual({ matches: [2], counts: { ...emptyCounts(), failed: 1, passed: 1, flaky: 1, never_ran: 1 } });
  });

  it('does not build the index without a query, and completes one that was begun', () => {
    const begun = emptyIndex(tests);
    expect(searchTests([0], begun, '  ', new Set()).matches).toEqual([0]);
    expect(begun.haystacks).toEqual([]);
    expect(growIndex(begun, 3)).toBe(false);
    expect(searchTests([0, 1, 2, 3], begun, 'framework ended', new Set()).matches).toEqual([3]);
    expect(growIndex(begun, 1)).toBe(true);
    expect(begun.haystacks).toEqual(tests.map(haystackOf));
  });

  it('splits a query into words and phrases', () => {
    expect(queryWords('  Pay "By Card" @x "open end')).toEqual(['pay', 'by card', '@x', 'open end']);
  });

  it('a tag without @ is found with it', () => {
    expect(haystackOf(passedTest({ tags: ['smoke'] }))).toContain('@smoke');
  });
});
