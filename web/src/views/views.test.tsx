import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { OUTCOMES } from '../model/outcome';
import { emptyCounts } from '../model/test_search';
import { demoReport } from '../test/factories/demo_report';
import { reportView, runView } from '../test/factories/report_factory';
import { failedTest, passedTest } from '../test/factories/test_factory';
import { AXIS_HEIGHT, readableOn } from './draw_timeline';
import { LedgerPanel } from './ledger_panel';
import { MessagePage } from './message_page';
import { Disagreements, HeldBack } from './notices';
import { OutcomeWord } from './outcome_mark';
import { RunFacts } from './run_facts';
import { RunHeader } from './run_header';
import { TestToolbar } from './test_toolbar';
import { TimelineView } from './timeline_view';
import { TopBar } from './top_bar';
import { UnitsTable } from './units_table';
import { placed, zoomed } from './use_time_window';

const plain = (element: Element | null): string => (element?.textContent ?? '').replaceAll('\u202f', ' ');

describe('RunHeader', () => {
  it('says the verdict as a word, the headline and the time against its bound', () => {
    const { container } = render(<RunHeader run={runView({ verdict: 'timed_out', headline: '1 of 9 tests timed out', exit_code: 3 })} />);
    expect(screen.getByRole('heading').textContent).toBe('1 of 9 tests timed out');
    expect(plain(container)).toContain('Timed out · exit code 3');
    expect(plain(container)).toContain('1 m 02 s1.13 × the lower bound of 55.1 s');
    expect(screen.getByRole('button', { name: 'Copy the seed' })).toBeTruthy();
  });
  it('does not invent a ratio, a seed or a colour it does not know', () => {
    const { container } = render(<RunHeader run={runView({ verdict: 'odd', lower_bound_ms: 0, seed: '' })} />);
    expect(plain(container)).toContain("Unknown verdict 'odd'");
    expect(plain(container)).toContain('no lower bound known');
    expect(screen.queryByRole('button', { name: 'Copy the seed' })).toBeNull();
  });
});

describe('LedgerPanel', () => {
  const { ledger } = reportView([failedTest(), passedTest(), passedTest()]);
  it('is an equation of all eight words', () => {
    const { container } = render(<LedgerPanel ledger={ledger} planned={3} choose={vi.fn()} />);
    expect(plain(container.querySelector('.ledger-equation'))).toBe('3 planned=2 passed+0 flaky+0 skipped+1 failed+0 timed out+0 lost+0 cancelled+0 never ran');
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe('2 passed, 1 failed');
  });
  it('a word chooses its tests, an empty one cannot be chosen', async () => {
    const choose = vi.fn();
    render(<LedgerPanel ledger={ledger} planned={3} choose={choose} />);
    await userEvent.click(screen.getByRole('button', { name: '1 failed: show them' }));
    expect(choose).toHaveBeenCalledWith('failed');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '0 lost: show them' }).disabled).toBe(true);
  });
  it('does not claim equality that is not there', () => {
    const { container } = render(<LedgerPanel ledger={ledger} planned={4} choose={vi.fn()} />);
    expect(plain(container.querySelector('.ledger-equation'))).toContain('4 planned≠');
  });
});

describe('notices', () => {
  it('every disagreement is an alert with its name', () => {
    render(<Disagreements disagreements={demoReport().disagreements} fault="The ledger does not add up." />);
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('2 disagreements');
    expect(alert.textContent).toContain('fewer_tests_than_planned');
    expect(within(alert).getAllByRole('listitem')).toHaveLength(2);
  });
  it('many are folded away, none is left out', () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ name: 'stale_report', message: `message ${at}`, unit: '' }));
    const { container } = render(<Disagreements disagreements={many} fault={null} />);
    expect(container.querySelectorAll('li')).toHaveLength(30);
    expect(container.querySelector('details')?.textContent).toContain('22 more');
  });
  it('a failed infrastructure and an early end are told apart from disagreements', () => {
    render(<Disagreements fault={null} disagreements={[
      { name: 'stopped', message: 'stopped after 1 failed test', unit: '' }, { name: 'infrastructure', message: 'local/1: the application did not start\nError: EADDRINUSE\n', unit: '' },
    ]} />);
    const [first, second] = screen.getAllByRole('alert');
    expect(first?.getAttribute('aria-label')).toBe('What failed before the tests');
    expect(first?.querySelector('li')?.firstChild?.textContent).toBe('local/1: the application did not start');
    expect(screen.getByLabelText('the end of the log').textContent).toBe('Error: EADDRINUSE');
    expect(second?.textContent).toBe('The run was stopped earlystopped after 1 failed test  ');
  });
  it('nothing to say takes no room', () => {
    const { container } = render(<><Disagreements disagreements={[]} fault={null} /><HeldBack sentences={[]} /></>);
    expect(container.innerHTML).toBe('');
  });
  it('names what held the run back', () => {
    render(<HeldBack sentences={['one lock']} />);
    expect(screen.getByRole('region', { name: 'What held it back' }).textContent).toContain('one lock');
  });
});

describe('outcomes', () => {
  it('each has its word beside the icon', () => {
    for (const outcome of OUTCOMES) {
      const { container, unmount } = render(<OutcomeWord outcome={outcome} />);
      expect(container.textContent).toBe(outcome.replace('_', ' '));
      expect(container.querySelector('svg')).not.toBeNull();
      unmount();
    }
  });
});

describe('TestToolbar', () => {
  const counts = { ...emptyCounts(), failed: 2, passed: 40 };
  const show = (outcomes: Parameters<typeof TestToolbar>[0]['outcomes'], chooseOutcomes = vi.fn(), search = vi.fn()): void => {
    render(<TestToolbar query="" search={search} counts={counts} outcomes={outcomes} chooseOutcomes={chooseOutcomes} shown={42} inputRef={null} />);
  };
  it('offers what the search found, with counts', () => {
    show([]);
    expect(screen.getAllByRole('button').map((button) => button.textContent.trim())).toEqual(['all 42', 'failed 2', 'passed 40']);
    expect(screen.getByRole('status').textContent).toBe('42 tests shown');
  });
  it('a chosen word stays in sight without results and can be let go', async () => {
    const choose = vi.fn();
    show(['lost', 'failed'], choose);
    const lost = screen.getByRole('button', { name: /lost/ });
    expect(lost.getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(lost);
    expect(choose).toHaveBeenCalledWith(['failed']);
  });
  it('passes on what is typed', async () => {
    const search = vi.fn();
    show([], vi.fn(), search);
    await userEvent.type(screen.getByRole('textbox', { name: 'Search tests' }), 'p');
    expect(search).toHaveBeenCalledWith('p');
  });
});

describe('UnitsTable', () => {
  const { units } = demoReport();
  const titles = (): string[] => screen.getAllByTitle('Show its tests').map((one) => one.textContent);
  it('comes slowest first and sorts by a click', async () => {
    render(<UnitsTable units={units} narrow={false} showTests={vi.fn()} />);
    const slowest = [...units].sort((a, b) => b.duration_ms - a.duration_ms).map((unit) => unit.title);
    expect(titles()).toEqual(slowest);
    await userEvent.click(screen.getByLabelText('Unit'));
    expect(titles()).toEqual([...slowest].sort((a, b) => a.localeCompare(b)));
  });
  it('leads to the tests of a unit', async () => {
    const showTests = vi.fn();
    render(<UnitsTable units={units} narrow={false} showTests={showTests} />);
    await userEvent.click(screen.getByText('tests/mail.spec.ts'));
    expect(showTests).toHaveBeenCalledWith(units.find((unit) => unit.title === 'tests/mail.spec.ts'));
  });
  it('shows no estimate where there was none', () => {
    const { container } = render(<UnitsTable units={[{ index: 0, title: 'a', spec: 'a', tests: 1, estimate_ms: 0, duration_ms: 10, worker: 'local/1' }]} narrow={false} showTests={vi.fn()} />);
    expect(container.textContent).toContain('No unit had a usable estimate.');
    expect(container.textContent).toContain('none');
  });
});

describe('RunFacts', () => {
  it('lists what is known and says what is not', () => {
    const { container } = render(<RunFacts report={reportView([passedTest()], { run: { branch: '', machine: 'm-1' } })} />);
    expect(plain(container)).toContain('Machinem-1');
    expect(plain(container)).toContain('Branchunknown');
    expect(plain(container)).toContain('Commandtamarack run');
  });
});

describe('TimelineView', () => {
  it('names its workers, its bound and where the time went', () => {
    const { container } = render(<TimelineView report={demoReport()} dark={false} open={vi.fn()} />);
    expect(plain(container)).toContain('local/1 88 %');
    expect(plain(container)).toContain('lower bound 1 m 09 s, wall time 1 m 19 s');
    expect(plain(screen.getByRole('list', { name: 'Where the time went' }))).toContain('waiting for a lock 2.0 % 3.1 s');
  });
  it('is walked with the keyboard: a test under the cursor is named and Enter opens it', async () => {
    const open = vi.fn();
    render(<TimelineView report={demoReport()} dark={false} open={open} />);
    screen.getByRole('application').focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('status').textContent).toContain('starting the app');
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status').textContent).toContain('Accounts › signs in with a password');
    await userEvent.keyboard('{Enter}');
    expect(open).toHaveBeenCalledWith(0);
  });
  it('a finger drags the zoomed run, two fingers zoom it, and a second tap opens', () => {
    const open = vi.fn();
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000);
    const report = demoReport();
    const { container } = render(<TimelineView report={report} dark={false} open={open} />);
    const canvas = screen.getByRole('application');
    const finger = (pointerId: number, clientX: number): object => ({ pointerId, clientX, clientY: AXIS_HEIGHT + 10, button: 0, pointerType: 'touch', bubbles: true });
    const whole = (): boolean => within(container).getByRole<HTMLButtonElement>('button', { name: 'Whole run' }).disabled;
    const lift = (...ids: number[]): void => ids.forEach((id) => fireEvent.pointerUp(window, finger(id, 0)));

    // Two fingers move apart from 400 to 800 pixels: twice as large, the start of the run is in sight.
    fireEvent.pointerDown(canvas, finger(1, 0));
    fireEvent.pointerDown(canvas, finger(2, 400));
    fireEvent.pointerMove(window, finger(2, 800));
    lift(1, 2);
    fireEvent.click(canvas);
    expect(whole()).toBe(false);
    expect(open).not.toHaveBeenCalled();

    const tap = (x: number): string => {
      fireEvent.pointerDown(canvas, finger(1, x));
      lift(1);
      fireEvent.click(canvas);
      return screen.queryByRole('status')?.textContent ?? '';
    };
    // Half the run fills 1,000 pixels now, so a test of the first lane lies at twice the place it had.
    const at = report.workers[0]?.spans.find((span) => span.kind === 'test' && span.end_ms - span.start_ms > 2_000);
    const middle_ms = ((at?.start_ms ?? 0) + (at?.end_ms ?? 0)) / 2;
    const x = (2_000 * middle_ms) / (report.run.wall_ms * 1.01);
    expect(tap(x)).toContain(report.tests[at?.test ?? -1]?.title_path.at(-1));
    expect(open).not.toHaveBeenCalled();

    // Dragged 100 pixels to the left, the same test lies there.
    fireEvent.pointerDown(canvas, finger(1, x));
    fireEvent.pointerMove(window, finger(1, x - 100));
    lift(1);
    fireEvent.click(canvas);
    expect(open).not.toHaveBeenCalled();
    expect(tap(x - 100)).toContain(report.tests[at?.test ?? -1]?.title_path.at(-1));
    tap(x - 100);
    expect(open).toHaveBeenCalledWith(at?.test);
  });
  it('says when there is nothing to draw', () => {
    render(<TimelineView report={reportView([])} dark={false} open={vi.fn()} />);
    expect(screen.getByText('This run recorded no worker times.')).toBeTruthy();
  });
  it('zooms around a point and stays inside the run', () => {
    expect(zoomed({ from_ms: 0, until_ms: 100 }, 0.5, 0.25, 100)).toEqual({ from_ms: 12.5, until_ms: 62.5 });
    expect(zoomed({ from_ms: 40, until_ms: 60 }, 100, 0.5, 100)).toEqual({ from_ms: 0, until_ms: 100 });
    expect(placed(95, 20, 100)).toEqual({ from_ms: 80, until_ms: 100 });
  });
  it('writes on a colour in black or white, whichever is readable', () => {
    expect([readableOn('#3fa672'), readableOn('#7637ad')]).toEqual(['#000000', '#ffffff']);
  });
});

describe('frames', () => {
  it('the top bar names the project', () => {
    const { container } = render(<TopBar project="storefront"><i>x</i></TopBar>);
    expect(container.textContent).toBe('Tamarackstorefrontx');
  });
  it('a message page has a heading', () => {
    render(<MessagePage title="Nothing here"><p>Why</p></MessagePage>);
    expect(screen.getByRole('heading').textContent).toBe('Nothing here');
  });
});
