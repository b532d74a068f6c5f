import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSchema, reportTypes } from './report_types.mjs';

describe('the types of the report', () => {
  it('are what `npm run types` makes of the schema', () => {
    expect(readFileSync('src/model/report.ts', 'utf8')).toBe(reportTypes(readSchema()));
  });
  it('are refused for a schema that says more than they would', () => {
    const schema = (shape) => ({ description: '', $defs: { ReportView: { properties: { odd: shape }, required: [] } } });
    expect(() => reportTypes(schema({ type: 'number', default: 0 }))).toThrow(/without a type of ours/);
    expect(() => reportTypes(schema({ type: 'string' }))).toThrow(/no default for 'odd'/);
  });
});
