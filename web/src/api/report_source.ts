// Takes the report out of the page it is embedded in. What cannot be read becomes a sentence for the reader, never a blank page.
import { readReportView, type ReportView, type Written } from '../model/report';

export type ReportSource =
  | { kind: 'report'; report: ReportView }
  | { kind: 'empty' }
  | { kind: 'unreadable'; reason: string };

export const REPORT_ELEMENT_ID = 'tamarack-report';
export const REPORT_VERSION_MAX = 1;

export function readEmbeddedReport(page: Document): ReportSource {
  const element = page.getElementById(REPORT_ELEMENT_ID);
  if (element === null) return { kind: 'unreadable', reason: `the page has no element '${REPORT_ELEMENT_ID}' with the data` };
  return parseReport(element.textContent);
}

export function parseReport(text: string): ReportSource {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    return { kind: 'unreadable', reason: fault instanceof Error ? fault.message : String(fault) };
  }
  return readReport(value);
}

/** A report that has been parsed already, such as a server's answer. */
export function readReport(value: unknown): ReportSource {
  if (value === null) return { kind: 'empty' };
  const reason = shapeFault(value);
  return reason === null ? { kind: 'report', report: readReportView(value as Written<ReportView>) } : { kind: 'unreadable', reason };
}

/** The outline is checked, not every field: the writer is our own, and 100,000 tests must open in a blink. */
function shapeFault(value: unknown): string | null {
  if (!isRecord(value)) return `expected an object, got ${typeof value}`;
  if (typeof value.version !== 'number') return "expected a number as 'version'";
  if (value.version > REPORT_VERSION_MAX) return `the data has version ${value.version}, this page reads up to version ${REPORT_VERSION_MAX}`;
  for (const name of ['run', 'ledger']) {
    if (!isRecord(value[name])) return `expected an object as '${name}'`;
  }
  for (const name of ['disagreements', 'tests', 'units', 'workers']) {
    if (!Array.isArray(value[name])) return `expected a list as '${name}'`;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
