// The command that runs one test again, safe to paste into a POSIX shell whatever the title holds.
import type { TestView } from './report';
import { fullTitle } from './titles';

export function rerunCommand(test: TestView): string {
  return `tamarack run --only ${shellQuote(fullTitle(test))}`;
}

export function traceCommand(path: string): string {
  return `npx playwright show-trace ${/^[\w./@+=:-]+$/.test(path) ? path : shellQuote(path)}`;
}

/** Double quotes where they are enough to read well; single quotes where the text holds something a shell would still expand. */
function shellQuote(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
