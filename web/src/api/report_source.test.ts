import { describe, expect, it } from 'vitest';
import { passedTest } from '../test/factories/test_factory';
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
