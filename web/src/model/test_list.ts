// The order of the test list and its rows: failures first, grouped by spec, the way a reader works through a run.
import { stripAnsi } from '../text/ansi';
import { OUTCOMES, outcomeOf, sectionOf, severity, type Section } from './outcome';
import type { TestView } from './report';

export interface SectionRow {
  kind: 'section';
  key: string;
  section: Section;
  count: number;
}

export interface SpecRow {
  kind: 'spec';
  key: string;
  spec: string;
  section: Section;
  count: number;
  collapsed: boolean;
}

export interface TestRow {
  kind: 'test';
  key: string;
  test: number;
  /** First line of the first counted error, or the reason; empty when there is nothing to say. */
  note: string;
}

export type ListRow = SectionRow | SpecRow | TestRow;

const SECTION_RANK: Record<Section, number> = { attention: 0, flaky: 1, open: 2, quiet: 3 };
const NOTE_CHARACTERS_MAX = 300;

/** All tests, failure first: by section, then spec (the worst spec of the section first), then severity, then the report's order. */
export function listOrder(tests: readonly TestView[]): number[] {
  const groups = new Map<string, SpecGroup>();
  const buckets: SpecGroup[][] = [[], [], [], []];
  let last: SpecGroup | null = null;
  tests.forEach((test, at) => {
    const outcome = outcomeOf(test);
    const rank = SECTION_RANK[sectionOf(outcome)];
    // Tests of a spec follow each other, so the lookup is needed only where the spec or the section changes.
    if (last?.spec !== test.spec || last.rank !== rank) {
      const key = `${rank} ${test.spec}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { spec: test.spec, rank, worst: OUTCOMES.length, tests: [] };
        groups.set(key, group);
        buckets[rank]?.push(group);
      }
      last = group;
    }
    last.worst = Math.min(last.worst, severity(outcome));
    last.tests.push(at);
  });
  const rankOf = (at: number): number => {
    const test = tests[at];
    return test === undefined ? 0 : severity(outcomeOf(test));
  };
  // Where something went wrong the worst comes first, and what runs before what waits; flaky and quiet tests keep the report's order.
  // Sorting is stable.
  for (const bucket of [buckets[SECTION_RANK.attention] ?? [], buckets[SECTION_RANK.open] ?? []]) {
    bucket.sort((a, b) => a.worst - b.worst);
    for (const group of bucket) group.tests.sort((a, b) => rankOf(a) - rankOf(b));
  }
  return buckets.flatMap((bucket) => bucket.flatMap((group) => group.tests));
}

interface SpecGroup {
  spec: string;
  rank: number;
  worst: number;
  tests: number[];
}

/** Rows of the list for the tests that matched, which must come in the order of `listOrder`. */
export function listRows(tests: readonly TestView[], matches: readonly number[], collapsed: ReadonlySet<string>): ListRow[] {
  const rows: ListRow[] = [];
  let section: SectionRow = { kind: 'section', key: '', section: 'attention', count: 0 };
  let group: SpecRow = { kind: 'spec', key: '', spec: '', section: 'attention', count: 0, collapsed: false };
  for (const at of matches) {
    const test = tests[at];
    if (test === undefined) continue;
    const name = sectionOf(outcomeOf(test));
    const starts_section = section.key === '' || section.section !== name;
    if (starts_section) {
      section = { kind: 'section', key: `section ${name}`, section: name, count: 0 };
      rows.push(section);
    }
    if (starts_section || group.spec !== test.spec) {
      const key = `${name} ${test.spec}`;
      group = { kind: 'spec', key, spec: test.spec, section: name, count: 0, collapsed: collapsed.has(key) };
      rows.push(group);
    }
    section.count += 1;
    group.count += 1;
    if (!group.collapsed) rows.push({ kind: 'test', key: `test ${at}`, test: at, note: noteOf(test) });
  }
  return rows;
}

/** What went wrong, or why it was skipped, in one line; a test that passed needs no words, and one that was carried has its mark. */
export function noteOf(test: TestView): string {
  if (test.outcome === 'passed' || test.outcome === 'pending' || test.carried_from !== '') return '';
  if (test.reason !== '') return firstLine(test.reason);
  if (test.outcome === 'skipped') return firstLine(skipReason(test));
  for (const attempt of test.attempts) {
    const message = attempt.errors[0]?.message;
    if (message !== undefined && message !== '') return firstLine(message);
  }
  return '';
}

/** Frameworks keep the reason of a skip as an annotation. */
export function skipReason(test: TestView): string {
  return test.annotations.find((one) => /^(skip|skipif|fixme|todo|pending)$/i.test(one.type) && one.description !== '')?.description ?? '';
}

/** Whether a narrow row has more to say than its title and time. */
export function hasSecondLine(test: TestView): boolean {
  return test.title_path.length > 1 || test.parameters !== '' || test.tags.length > 0 || test.quarantined || test.attempts.length > 1 || test.carried_from !== '';
}

function firstLine(text: string): string {
  const line = stripAnsi(text.slice(0, NOTE_CHARACTERS_MAX * 2)).trimStart().split('\n', 1)[0] ?? '';
  return line.slice(0, NOTE_CHARACTERS_MAX);
}
