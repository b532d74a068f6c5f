// Instant search over all tests: the text of each test is lower-cased once, a query is a handful of words that must all occur.
import { stripAnsi } from '../text/ansi';
import { OUTCOMES, outcomeOf, type Outcome } from './outcome';
import type { TestView } from './report';

/** More of an error message than this is not searched; a report of 100,000 failures must still fit into memory. */
const ERROR_CHARACTERS_MAX = 600;

export interface TestIndex {
  /** One lower-cased text per test, in the report's order; those at the end may still be missing. */
  haystacks: string[];
  tests: readonly TestView[];
}

export function emptyIndex(tests: readonly TestView[]): TestIndex {
  return { haystacks: [], tests };
}

/** The index of tests of which only some have changed keeps the texts of the others: a running report changes many times a second. */
export function nextIndex(before: TestIndex, tests: readonly TestView[]): TestIndex {
  // A report that was read again shares nothing with the one before.
  if (before.tests.length !== tests.length || before.tests[0]?.title_path !== tests[0]?.title_path) return emptyIndex(tests);
  const haystacks = before.haystacks.map((haystack, at) => {
    const [old, test] = [before.tests[at], tests[at]];
    return test === undefined || old === test || (old?.attempts === test.attempts && old.title_path === test.title_path && old.reason === test.reason) ? haystack : haystackOf(test);
  });
  return { haystacks, tests };
}

export function haystackOf(test: TestView): string {
  let text = test.spec;
  for (const title of test.title_path) text += ` › ${title}`;
  if (test.parameters !== '') text += `\n${test.parameters}`;
  for (const tag of test.tags) text += `\n${tag.startsWith('@') ? tag : `@${tag}`}`;
  for (const attempt of test.attempts) {
    for (const error of attempt.errors) text += `\n${stripAnsi(error.message.slice(0, ERROR_CHARACTERS_MAX))}`;
  }
  if (test.reason !== '') text += `\n${test.reason}`;
  return text.toLowerCase();
}

/** Reads up to `count` further tests into the index; true once it holds all. Small steps keep a page that is busy with them quick. */
export function growIndex(index: TestIndex, count: number): boolean {
  const from = index.haystacks.length;
  for (const test of index.tests.slice(from, from + count)) index.haystacks.push(haystackOf(test));
  return index.haystacks.length >= index.tests.length;
}

/** Words of a query; "double quotes" keep a phrase together, an unclosed quote counts to the end. */
export function queryWords(query: string): string[] {
  const words: string[] = [];
  for (const match of query.toLowerCase().matchAll(/"([^"]*)"?|(\S+)/g)) {
    const word = (match[1] ?? match[2] ?? '').trim();
    if (word !== '') words.push(word);
  }
  return words;
}

export interface SearchResult {
  /** Indices of the tests that match the words and the outcomes, in the order that was handed in. */
  matches: number[];
  /** How many tests match the words, by outcome: what each filter would show. */
  counts: Record<Outcome, number>;
}

export function emptyCounts(): Record<Outcome, number> {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
}

export function searchTests(
  order: readonly number[],
  index: TestIndex,
  query: string,
  outcomes: ReadonlySet<Outcome>,
): SearchResult {
  const words = queryWords(query);
  if (words.length > 0) growIndex(index, index.tests.length);
  const { haystacks, tests } = index;
  const counts = emptyCounts();
  const matches: number[] = [];
  for (const test of order) {
    const haystack = haystacks[test] ?? '';
    if (!words.every((word) => haystack.includes(word))) continue;
    const view = tests[test];
    if (view === undefined) continue;
    const outcome = outcomeOf(view);
    counts[outcome] += 1;
    if (outcomes.size === 0 || outcomes.has(outcome)) matches.push(test);
  }
  return { matches, counts };
}
