import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { flowReport, flowView, phaseView } from '../../test/factories/flow_report';
import { FlowList } from '../flow_list';
import { PlacesProvider, servedPlaces } from '../places';
import { LiveFailures } from './live_failures';
import { LiveWaits } from './live_waits';

const parked = (name: string, started_ms: number, deadline_ms = 0) =>
  flowView({ name, outcome: 'pending', phases: [phaseView({ name: 'prepare', outcome: 'satisfied' }), phaseView({ wait: true, outcome: 'open', started_ms, deadline_ms })] });
const report = (count = 2) => {
  const one = flowReport();
  return { ...one, run: { ...one.run, run_id: 'r-1', verdict: 'running', flows: [...one.run.flows, parked('slow', 10_000), parked('hurried', 20_000, 90_000), ...Array.from({ length: count - 2 }, (_, at) => parked(`more ${at}`, 30_000))] } };
};

describe('parked flows', () => {
  it('say what they wait for, since when and for how long yet, and lead to the wait', () => {
    render(<PlacesProvider value={servedPlaces('https://host', 'shop')}><LiveWaits report={report()} now_ms={80_000} looks={[{ flow: 3, phase: 1, next_look_ms: 82_500 }]} showAll={vi.fn()} /></PlacesProvider>);
    const region = screen.getByRole('region', { name: 'Parked flows' });
    expect(region.textContent).toContain('2 waits parkedno worker is held');
    const [hurried, slow] = within(region).getAllByRole('listitem');
    expect(hurried?.textContent).toBe('hurriedwaits for backendnext look in 2.5\u202fswaited 1\u202fm 00\u202fsat most 10.0\u202fs more');
    expect(slow?.textContent).toBe('slowwaits for backendwaited 1\u202fm 10\u202fs');
    expect(within(region).getAllByRole('link', { name: 'backend' })[0]?.getAttribute('href')).toBe('/waits/r-1-3-1');
  });
  it('are being looked at when their time has come', () => {
    const looks = [{ flow: 2, phase: 0, next_look_ms: 99_000 }, { flow: 2, phase: 1, next_look_ms: 79_900 }];
    render(<LiveWaits report={report()} now_ms={80_000} looks={looks} showAll={vi.fn()} />);
    expect(screen.getAllByRole('listitem').map((item) => item.querySelector('.live-look')?.textContent)).toEqual(['', 'looking']);
  });
  it('that are many are counted, and stand in the list of flows', async () => {
    const showAll = vi.fn();
    render(<LiveWaits report={report(40)} now_ms={80_000} showAll={showAll} />);
    expect(screen.getByText(/and 32 more/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'show all flows' }));
    expect(showAll).toHaveBeenCalledOnce();
  });
  it('count on in the list of flows', () => {
    render(<FlowList report={report()} now_ms={80_000} open={vi.fn()} />);
    expect(screen.getByRole('list', { name: 'Phases of hurried' }).textContent).toContain('waitingbackend a waitat most 10.0\u202fs more1\u202fm 00\u202fs');
  });
  it('that a wait ended are failures so far', async () => {
    const showFlows = vi.fn();
    render(<LiveFailures report={report()} open={vi.fn()} showFlows={showFlows} />);
    expect(screen.getByRole('heading').textContent).toBe('1 failure so far');
    await userEvent.click(screen.getByRole('button', { name: 'failed: flow analysis of returns' }));
    expect(showFlows).toHaveBeenCalledOnce();
  });
});
