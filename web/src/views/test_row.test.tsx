import { render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { TestView } from '../model/report';
import { attempt, carriedTest, passedTest } from '../test/factories/test_factory';
import { TestLine } from './test_row';

const show = (test: TestView, over: { note?: string; narrow?: boolean } = {}): HTMLElement => {
  const row = { kind: 'test' as const, key: 'test 0', test: 0, note: over.note ?? '' };
  render(<TestLine row={row} test={test} words={[]} longest_ms={1} selected={false} narrow={over.narrow ?? false} open={vi.fn()} id="row" style={{}} position={1} total={1} active={false} />);
  return screen.getByRole('treeitem');
};

describe('the row of a test', () => {
  it('isolates the direction of each part of its title, and keeps the name apart from its parents', () => {
    const row = show(passedTest({ title_path: ['سلة', 'خصم \u202e', 'rounds'] }));
    expect([...row.querySelectorAll('bdi')].map((part) => part.textContent)).toEqual(['سلة', 'خصم \u202e', 'rounds']);
    expect(row.querySelector('.title-parents')?.textContent).toBe('سلة › خصم \u202e › ');
    expect(row.querySelector('.title-name')?.textContent).toBe('rounds');
  });
  it.each([true, false])('shows the attempts before the tags, which give way (narrow: %s)', (narrow) => {
    const row = show(passedTest({ title_path: ['Cart', 'adds'], tags: ['@slow', '@money'], attempts: [attempt(), attempt({ number: 2 })] }), { narrow });
    const attempts = row.querySelector('.row-retries');
    expect(attempts?.nextElementSibling?.textContent).toBe('@slow@money');
  });
  it('says all that it shows', () => {
    const test = passedTest({ title_path: ['Cart', 'adds'], parameters: 'firefox', quarantined: true, tags: ['@slow'], attempts: [attempt(), attempt({ number: 2 })] });
    expect(show(test, { note: 'too late' }).getAttribute('aria-label')).toBe('passed: Cart › adds [firefox], 2 attempts, quarantined, @slow. too late');
  });
  it('says no more than there is', () => {
    expect(show(passedTest({ title_path: ['two'], tags: [], attempts: [attempt()] })).getAttribute('aria-label')).toBe('passed: two');
  });
  it('says where it was carried from', () => {
    expect(show(carriedTest({ title_path: ['one'], tags: [] }, 'r-0')).getAttribute('aria-label')).toBe('passed: one, carried from r-0');
  });
});
