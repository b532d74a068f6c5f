import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { countCarried } from '../model/carried';
import { entryCount, flowOrder, flowPlace, pendingEntries, phaseInk, phaseWord } from '../model/flows';
import { flowReport, flowView, phaseView } from '../test/factories/flow_report';
import { demoReport } from '../test/factories/demo_report';
import { Page } from './page';

const report = flowReport();
const show = (hash = '', of = report): void => {
  window.location.hash = hash;
  render(<Page source={{ kind: 'report', report: of }} />);
};

beforeEach(() => {
  window.history.replaceState(null, '', window.location.pathname);
});

describe('flows as entries', () => {
  it('count, and not their tests', () => {
    expect(report.tests).toHaveLength(7);
    expect(entryCount(report)).toBe(5);
    expect(entryCount(demoReport())).toBe(47);
    const open = flowReport();
    open.run.flows = [flowView({ outcome: 'pending' })];
    expect(pendingEntries(open)).toBe(1);
  });
  it('are carried as one', () => {
    const carried = flowReport();
    carried.run.flows = [flowView({ carried_from: 'r-0' })];
    carried.tests = carried.tests.map((test) => test.flow === 0 ? { ...test, carried_from: 'r-0' } : test);
    expect(countCarried(carried.tests, carried.run.flows)).toEqual({ total: 1, by_outcome: { passed: 1 }, from: 'r-0' });
  });
  it('come worst first and know their tests', () => {
    expect(flowOrder(report.run.flows).map((flow) => flow.outcome)).toEqual(['failed', 'passed']);
    expect(report.tests.map((test, at) => flowPlace(report.run.flows, test, at)?.phase)).toEqual(['prepare', 'validate', 'prepare', 'validate', undefined, undefined, undefined]);
  });
  it('have phases whose unknown words never look green', () => {
    expect([phaseWord(phaseView({ outcome: 'satisfied' })), phaseWord(phaseView({ outcome: 'satisfied', wait: true })), phaseWord(phaseView({ outcome: 'open', wait: true })), phaseWord(phaseView({ outcome: 'open' })), phaseWord(phaseView({ outcome: '' }))]).toEqual(['passed', 'satisfied', 'waiting', 'running', 'not begun']);
    expect([phaseInk(phaseView({ outcome: 'odd' })), phaseInk(phaseView({ outcome: 'invalid' })), phaseInk(phaseView({ outcome: 'timed_out' })), phaseInk(phaseView({ outcome: '' }))]).toEqual(['lost', 'failed', 'timed_out', 'pending']);
    expect(phaseWord(phaseView({ outcome: 'odd' }))).toBe('odd');
    expect([phaseWord(phaseView(), true), phaseInk(phaseView(), true)]).toEqual(['never ran', 'never_ran']);
  });
});

describe('the report of a run with flows', () => {
  it('counts entries in the ledger and finds no fault with it', () => {
    show();
    const ledger = screen.getByRole('region', { name: 'Ledger' });
    expect(ledger.textContent).toContain('5 planned, 2 flows among them=');
    expect(screen.queryByText(/does not add up|The report lists/)).toBeNull();
  });

  it('shows them with their times, phases and evidence', () => {
    show('#tab=flows');
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Flows2');
    const [failed] = within(screen.getByRole('list', { name: 'Flows' })).getAllByRole('group');
    expect(failed?.textContent).toContain('analysis of returns');
    expect(failed?.textContent).toContain('waited 4\u202fm 10\u202fs');
    expect(failed?.hasAttribute('open')).toBe(true);
    expect(failed?.querySelector('summary')?.hasAttribute('aria-label'), 'its name is all that it shows').toBe(false);
    const words = screen.getByRole('list', { name: 'Phases of analysis of returns' }).textContent;
    for (const one of ['matrix is singular: 3 columns', '"status": "FAILED"', 'never ran']) expect(words).toContain(one);
  });

  it('leads from a phase to its test, and the test says where it belongs', async () => {
    show('#tab=flows');
    await userEvent.click(within(screen.getByRole('list', { name: 'Phases of analysis of returns' })).getByRole('button', { name: 'never ran: Returns › shows the figures' }));
    const article = await screen.findByRole('article', { name: 'Returns › shows the figures' });
    expect(article.textContent).toContain('Phase validate of the flow analysis of returns');
  });

  it('an outcome that only flows have leads to them, another to the tests', async () => {
    show();
    await userEvent.click(screen.getByRole('button', { name: '1 failed: show them' }));
    expect(window.location.hash).toContain('tab=flows');
    await userEvent.click(screen.getByRole('button', { name: '4 passed: show them' }));
    expect(window.location.hash).toBe('#outcome=passed');
  });
});

describe('the report of a run without flows', () => {
  it('has no part for them', () => {
    show('#tab=flows', demoReport());
    expect(screen.queryByRole('tab', { name: /Flows/ })).toBeNull();
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Tests47');
    expect(screen.getByRole('region', { name: 'Ledger' }).textContent).not.toContain('flow');
  });
});
