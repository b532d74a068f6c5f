import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoReport } from '../test/factories/demo_report';
import { largeReport } from '../test/factories/large_report';
import { noTestsReport, rerunReport } from '../test/factories/odd_reports';
import { Page } from './page';

const report = demoReport();
const id = (name: string): string => report.tests.find((test) => test.title_path.at(-1) === name)?.id ?? '';
const rows = (): string[] => screen.getAllByRole('treeitem').map((row) => row.getAttribute('aria-label') ?? row.textContent);
const show = (hash = ''): void => {
  window.location.hash = hash;
  render(<Page source={{ kind: 'report', report }} />);
};

beforeEach(() => {
  window.history.replaceState(null, '', window.location.pathname);
});

afterEach(() => vi.unstubAllGlobals());

describe('the report page', () => {
  it('opens with the failures on top', () => {
    show();
    expect(rows().slice(0, 2)).toEqual(['tests/checkout.spec.ts1', 'failed: Checkout › applies a voucher to the total, 2 attempts, @checkout, @money. expect(locator).toHaveText(expected) failed']);
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Tests47');
  });

  it('a link restores search, filter and the opened test', () => {
    show(`#q=voucher&outcome=failed&test=${id('applies a voucher to the total')}`);
    expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('voucher');
    expect(rows()).toHaveLength(2);
    expect(screen.getByRole('article').getAttribute('aria-label')).toBe('Checkout › applies a voucher to the total');
  });

  it('typing searches and the address follows', async () => {
    show();
    await userEvent.type(screen.getByRole('textbox'), '@money voucher');
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(window.location.hash).toBe('#q=%40money+voucher');
  });

  it('a search without result says so', async () => {
    show();
    await userEvent.type(screen.getByRole('textbox'), 'zzz');
    expect(await screen.findByText('No test matches this search and filter.')).toBeTruthy();
  });

  it('is used with the keyboard alone', async () => {
    show();
    await userEvent.keyboard('jj{Enter}');
    expect(screen.getByRole('article').getAttribute('aria-label')).toBe('Checkout › applies a voucher to the total');
    await userEvent.keyboard('j');
    expect(window.location.hash).toBe(`#test=${id('rounds to five cents')}`);
    await userEvent.keyboard('{Escape}');
    expect(window.location.hash).toBe('');
    await userEvent.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('textbox'));
    await userEvent.keyboard('jk');
    expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('jk');
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).not.toBe(screen.getByRole('textbox'));
  });

  it('on a wide screen the focus goes with the keys: to the list, into the opened test and back', async () => {
    vi.stubGlobal('matchMedia', (query: string) => Object.assign(new EventTarget(), { matches: query === '(min-width: 1280px)' }));
    show();
    await userEvent.keyboard('jj');
    expect(document.activeElement).toBe(screen.getByRole('tree'));
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Opened test' }));
    await userEvent.keyboard('j');
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Opened test' }));
    expect(window.location.hash).toBe(`#test=${id('rounds to five cents')}`);
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).toBe(screen.getByRole('tree'));
    await userEvent.keyboard('{Enter}{Tab}j');
    expect(document.activeElement, 'a key pressed inside the test stays there').toBe(screen.getByRole('region', { name: 'Opened test' }));
  });

  it('a spec folds under Enter and a click', async () => {
    show('#outcome=failed');
    expect(rows()).toHaveLength(4);
    await userEvent.keyboard('j{Enter}');
    expect(rows()).toHaveLength(3);
    expect(screen.getAllByRole('treeitem')[0]?.getAttribute('aria-expanded')).toBe('false');
    await userEvent.click(screen.getByText('tests/checkout.spec.ts'));
    expect(rows()).toHaveLength(4);
  });

  it('tabs are in the address and on the number keys', async () => {
    show();
    await userEvent.click(screen.getByRole('tab', { name: 'Timeline' }));
    expect(window.location.hash).toBe('#tab=timeline');
    await userEvent.keyboard('4');
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Units10');
  });

  it('the browser goes back and forward through tabs and opened tests', async () => {
    show();
    await userEvent.click(screen.getByText('applies a voucher to the total'));
    await userEvent.click(screen.getByRole('tab', { name: 'Timeline' }));
    const opened = `#test=${id('applies a voucher to the total')}`;
    expect(window.location.hash, 'another tab is not covered by the test').toBe('#tab=timeline');
    expect(screen.queryByRole('article')).toBeNull();
    const go = async (step: () => void, hash: string): Promise<void> => {
      step();
      await waitFor(() => expect(window.location.hash).toBe(hash));
    };
    await go(() => window.history.back(), opened);
    expect(await screen.findByRole('tab', { selected: true, name: /Tests/ })).toBeTruthy();
    expect(screen.getByRole('article')).toBeTruthy();
    await go(() => window.history.back(), '');
    await waitFor(() => expect(screen.queryByRole('article')).toBeNull());
    await go(() => window.history.forward(), opened);
    expect(await screen.findByRole('article')).toBeTruthy();
  });

  it('a word of the ledger shows its tests', async () => {
    show('#tab=run');
    await userEvent.click(screen.getByRole('button', { name: '1 flaky: show them' }));
    expect(window.location.hash).toBe('#outcome=flaky');
    expect(rows()[1]).toMatch(/^flaky: Search › suggests while typing/);
  });

  it('a unit leads to its tests', async () => {
    show('#tab=units');
    await userEvent.click(screen.getByText('tests/mail.spec.ts'));
    expect(rows()).toHaveLength(5);
  });

  it('artifacts are searched and narrowed, and the address holds it', async () => {
    show('#tab=artifacts');
    const artifacts = (): number => Number(screen.getByRole('table', { name: 'Artifacts' }).getAttribute('aria-rowcount')) - 1;
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Artifacts11');
    expect(artifacts()).toBe(11);
    await userEvent.click(screen.getByRole('button', { name: /^only of failed tests/ }));
    expect(artifacts()).toBe(9);
    await userEvent.click(screen.getByRole('button', { name: /^images/ }));
    expect([artifacts(), window.location.hash]).toEqual([4, '#tab=artifacts&kind=image&of=failed']);
    await userEvent.type(screen.getByRole('textbox', { name: 'Search artifacts' }), 'rounds');
    await waitFor(() => expect(artifacts()).toBe(1));
    expect(window.location.hash).toBe('#tab=artifacts&file=rounds&kind=image&of=failed');
    await userEvent.type(screen.getByRole('textbox', { name: 'Search artifacts' }), 'zzz');
    expect(await screen.findByText('No artifact matches this search and filter.')).toBeTruthy();
  });

  it('a link restores the artifacts, and a row leads to its test and back', async () => {
    show('#tab=artifacts&file=export&kind=video');
    expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('export');
    await userEvent.click(screen.getByRole('link', { name: /^timed out/ }));
    expect((await screen.findByRole('article')).getAttribute('aria-label')).toBe('Orders › exports 5,000 rows');
    expect(window.location.hash).toBe(`#tab=artifacts&file=export&kind=video&test=${id('exports 5,000 rows')}`);
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(window.location.hash).toBe('#tab=artifacts&file=export&kind=video'));
  });

  it('the keyboard walks the artifacts and searches them', async () => {
    show('#tab=artifacts');
    await userEvent.keyboard('j');
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^failed: .*applies a voucher/));
    await userEvent.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Search artifacts' }));
  });

  it('a run without artifacts says where they would come from', () => {
    window.location.hash = '#tab=artifacts';
    render(<Page source={{ kind: 'report', report: noTestsReport() }} />);
    expect(screen.getByText('This run left no artifacts.')).toBeTruthy();
  });

  it('200,000 artifacts make no more rows than fit the window', () => {
    window.location.hash = '#tab=artifacts';
    render(<Page source={{ kind: 'report', report: largeReport({ pictures: 2 }) }} />);
    expect(screen.getByRole('table', { name: 'Artifacts' }).getAttribute('aria-rowcount')).toMatch(/^199\d{3}$/);
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
  }, 60_000);

  it('verdicts of an earlier run do not look like those of this one', async () => {
    render(<Page source={{ kind: 'report', report: rerunReport() }} />);
    const ledger = screen.getByRole('region', { name: 'Ledger' });
    expect(within(ledger).getByRole('button', { name: '6 passed, 5 of them carried: show them' }).textContent.trim()).toBe('6 passed (5 carried)');
    expect(ledger.textContent).toContain('7 verdicts carried forward from r-20261121-094411-02bd; 2 tests were left to this run.');
    expect(rows()).toContain('passed: Orders › lists open orders, carried from r-20261121-094411-02bd');
    expect(screen.getAllByText('carried')).toHaveLength(7);
    await userEvent.click(screen.getByText('lists open orders'));
    expect(screen.getByRole('article').textContent).toContain('carried from r-20261121-094411-02bd');
    expect(screen.getByRole('article').textContent).toContain('It was not run again here');
    await userEvent.click(screen.getByRole('button', { name: 'Show the carried ones' }));
    expect(rows().filter((row) => row.includes('carried from'))).toHaveLength(7);
    expect(rows().some((row) => row.startsWith('failed'))).toBe(false);
  });

  it('100,000 tests make no more rows than fit the window', () => {
    render(<Page source={{ kind: 'report', report: largeReport() }} />);
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(120);
  }, 60_000);
});

describe('a page without a report', () => {
  it('says that it is the empty form', () => {
    render(<Page source={{ kind: 'empty' }} />);
    expect(screen.getByRole('heading').textContent).toBe('This page holds no report');
  });
  it('says why it cannot be read', () => {
    render(<Page source={{ kind: 'unreadable', reason: 'the data has version 9' }} />);
    expect(screen.getByText('the data has version 9')).toBeTruthy();
  });
});
