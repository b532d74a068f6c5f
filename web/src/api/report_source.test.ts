import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { compact } from '../../scripts/compact.mjs';
import { flakyTest, passedTest } from '../test/factories/test_factory';
import { reportView } from '../test/factories/report_factory';
import { parseReport, readEmbeddedReport } from './report_source';

describe('the embedded report', () => {
  it('is read from its element', () => {
    const page = document.implementation.createHTMLDocument();
    const element = page.createElement('script');
    element.id = 'tamarack-report';
    element.textContent = JSON.stringify(reportView([passedTest()])).replaceAll('<', '\\u003c');
    page.body.append(element);
    expect(readEmbeddedReport(page)).toMatchObject({ kind: 'report', report: { ledger: { passed: 1 } } });
  });
  it('what the writer left out comes back as its default', () => {
    const report = reportView([flakyTest(), passedTest()], { workers: [{ name: 'local/1', busy_ms: 0, spans: [{ kind: 'idle', start_ms: 0, end_ms: 5, test: -1, label: '' }] }] });
    const written = JSON.stringify(compact(report));
    expect(written).not.toMatch(/"app_log"|"quarantined"|"counted"|"test":|"cancelled"/);
    expect(parseReport(written)).toEqual({ kind: 'report', report });
  });
  it('reads what the binary writes', () => {
    const source = parseReport(readFileSync('../tests/golden/report.json', 'utf8'));
    expect(source).toMatchObject({ kind: 'report', report: { run: { verdict: 'incomplete', exit_code: 4 }, ledger: { passed: 1, cancelled: 0 } } });
    if (source.kind !== 'report') return;
    expect(source.report.tests[1]?.attempts[1]).toMatchObject({ status: 'failed', app_log: '', counted: true, steps: [{ failed: false }, { failed: true }] });
    expect(source.report.workers[0]?.spans.map((span) => span.test)).toEqual([-1, -1, 0, -1, -1]);
  });
  it('is empty while the placeholder stands', () => expect(parseReport(' null ')).toEqual({ kind: 'empty' }));
  it.each([
    ['{', /JSON/], ['[]', /expected an object/], ['{"run":{}}', /'version'/], ['{"version":2}', /version 2, this page reads up to version 1/],
    ['{"version":1,"run":{},"ledger":{}}', /a list as 'disagreements'/],
  ])('%s is refused in words', (text, reason) => {
    const source = parseReport(text);
    expect(source.kind).toBe('unreadable');
    expect(source.kind === 'unreadable' ? source.reason : '').toMatch(reason);
  });
  it('says when the element is missing', () => {
    expect(readEmbeddedReport(document.implementation.createHTMLDocument())).toMatchObject({ kind: 'unreadable' });
  });
});
