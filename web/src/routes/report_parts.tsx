// A run in all its parts: verdict, what must not be overlooked, ledger, and the tabs. The static report and the dashboard both show it.
import { Drawer } from 'antd';
import { useMemo } from 'react';
import { countArtifacts } from '../model/artifacts';
import { CARRIED_QUERY, countCarried } from '../model/carried';
import { entryCount, flowPlace, isOfFlowsOnly, pendingEntries } from '../model/flows';
import { ledgerFault, type LedgerEntry } from '../model/ledger';
import { isSettled, type Outcome } from '../model/outcome';
import type { ReportView } from '../model/report';
import { TABS, VIEW_STATE_DEFAULT, type Tab } from '../model/view_state';
import { formatCount } from '../text/format';
import { TabBar, TabPanel } from '../ui/tab_bar';
import { useMedia } from '../ui/use_media';
import { useShortcuts } from '../ui/use_shortcuts';
import { FlowList } from '../views/flow_list';
import { LedgerPanel } from '../views/ledger_panel';
import { Disagreements, HeldBack } from '../views/notices';
import { RunFacts } from '../views/run_facts';
import { RunHeader } from '../views/run_header';
import { TestDetail } from '../views/test_detail';
import { TimelineView } from '../views/timeline_view';
import { UnitsTable } from '../views/units_table';
import { ArtifactsTab } from './artifacts_tab';
import { TestsTab } from './tests_tab';
import { useViewState } from './use_view_state';
import './report_parts.css';

interface ReportPartsProps {
  report: ReportView;
  dark: boolean;
  /** The present instant on the run's clock, while it goes on. */
  now_ms?: number;
  /** Tests without an entry in the ledger, where the server counts them; else they are counted here. */
  pending?: number;
  /** What may be done with the run. */
  actions?: React.ReactNode;
  /** What is seen of a run only while it goes on. */
  live?: React.ReactNode;
}

export function ReportParts({ report, dark, pending: told, now_ms, actions, live }: ReportPartsProps): React.ReactNode {
  const [wanted, update] = useViewState();
  const { flows } = report.run;
  // A link may come from a report with flows to one without.
  const state = wanted.tab === 'flows' && flows.length === 0 ? { ...wanted, tab: VIEW_STATE_DEFAULT.tab } : wanted;
  const narrow = useMedia('(max-width: 720px)');
  const wide = useMedia('(min-width: 1280px)');
  const pending = useMemo(() => told ?? pendingEntries(report), [told, report]);
  const carried = useMemo(() => countCarried(report.tests, flows), [report.tests, flows]);
  const artifacts = useMemo(() => countArtifacts(report.tests), [report.tests]);
  // A scan is cheaper than a map of all ids, which every opening of the report would pay for.
  const place = useMemo(() => state.test === '' ? -1 : report.tests.findIndex((test) => test.id === state.test), [report.tests, state.test]);
  const selected = place < 0 ? null : place;
  const selected_test = report.tests[place];
  const open = (test: number): void => update({ test: report.tests[test]?.id ?? '' });
  const close = (): void => update({ test: '' });
  // An opened test belongs to its tab; over another it would be a drawer that covers what was asked for.
  const chooseTab = (tab: Tab): void => {
    if (tab !== state.tab) update({ tab, test: '' });
  };
  const showTests = (outcome: LedgerEntry['outcome']): void => {
    const outcomes: Outcome[] = isSettled(outcome) ? [outcome] : ['running', 'pending'];
    if (isOfFlowsOnly(report, outcomes)) chooseTab('flows');
    else update({ tab: 'tests', query: '', outcomes });
  };
  useShortcuts({
    ...Object.fromEntries(TABS.filter((tab) => tab !== 'flows' || flows.length > 0).map((tab, at) => [String(at + 1), () => chooseTab(tab)])),
    ...(state.tab === 'tests' ? {} : { Escape: close }),
  });
  const tabs = [
    { name: 'tests', label: 'Tests', count: formatCount(report.tests.length) },
    ...(flows.length > 0 ? [{ name: 'flows' as const, label: 'Flows', count: formatCount(flows.length) }] : []),
    { name: 'timeline', label: 'Timeline' },
    { name: 'artifacts', label: 'Artifacts', count: formatCount(artifacts) },
    { name: 'units', label: 'Units', count: formatCount(report.units.length) },
    { name: 'run', label: 'Run' },
  ] as const;
  return (
    <>
      <div className="report-parts">
        <RunHeader run={now_ms === undefined ? report.run : { ...report.run, wall_ms: Math.max(report.run.wall_ms, now_ms) }} actions={actions} />
        <Disagreements disagreements={report.disagreements} fault={ledgerFault(report.ledger, report.run.planned, entryCount(report), pending, flows.length > 0 ? 'entries' : 'tests')} />
        <LedgerPanel ledger={report.ledger} planned={report.run.planned} flows={flows.length} pending={pending} carried={carried} choose={showTests} showCarried={() => update({ tab: 'tests', query: CARRIED_QUERY, outcomes: [] })} />
        {live}
        <HeldBack sentences={report.run.held_back} />
        <div className="report-tabs"><TabBar label="Parts of the report" items={tabs} chosen={state.tab} choose={chooseTab} /></div>
        <TabPanel name={state.tab}>
          {state.tab === 'tests' && <TestsTab report={report} state={state} update={update} selected={selected} narrow={narrow} wide={wide} />}
          {state.tab === 'flows' && <FlowList report={report} {...(now_ms === undefined ? {} : { now_ms })} open={open} />}
          {state.tab === 'timeline' && <TimelineView report={report} dark={dark} open={open} />}
          {state.tab === 'artifacts' && <ArtifactsTab report={report} state={state} update={update} />}
          {state.tab === 'units' && <UnitsTable units={report.units} narrow={narrow} showTests={(unit) => update({ tab: 'tests', query: `"${unit.spec}"`, outcomes: [] })} />}
          {state.tab === 'run' && <RunFacts report={report} />}
        </TabPanel>
      </div>
      {state.tab !== 'tests' && (
        <Drawer open={selected_test !== undefined} onClose={close} closable={false} size={760} styles={{ body: { padding: 0 }, wrapper: { maxWidth: '100vw' } }} aria-label="Test">
          {selected_test !== undefined && <TestDetail test={selected_test} flow={flowPlace(flows, selected_test, place)} close={close} previous={null} next={null} />}
        </Drawer>
      )}
    </>
  );
}
