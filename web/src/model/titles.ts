// What a test is called: in full for a command, in short for a row.
import { baseName } from '../text/format';
import type { TestView } from './report';

/** The name that `--only` and every other output of Tamarack know this test by. */
export function fullTitle(test: TestView): string {
  return [test.spec, ...test.title_path].join(' › ') + (test.parameters === '' ? '' : ` [${test.parameters}]`);
}

/** The last part of the title; a script that is one test has no title but its file. */
export function shortTitle(test: TestView): string {
  return test.title_path.at(-1) ?? baseName(test.spec);
}

/** The title within its spec, outermost part first. */
export function titleParts(test: TestView): readonly string[] {
  return test.title_path.length === 0 ? [baseName(test.spec)] : test.title_path;
}

/** The same in one line. */
export function spokenTitle(test: TestView): string {
  return titleParts(test).join(' › ');
}
