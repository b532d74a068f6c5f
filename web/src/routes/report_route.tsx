// The report page: owns the data and the view state, hands props to the views.
import { Drawer } from 'antd';
import { useMemo } from 'react';
import { ledgerFault } from '../model/ledger';
import type { ReportView } from '../model/report';
import { TABS, type Tab } from '../model/view_state';
import { formatCount } from '../text/format';
import { TabBar, TabPanel } from '../ui/tab_bar';
import { ThemeSwitch } from '../ui/theme_switch';
import type { ThemeChoice } from '../ui/theme';
import { useMedia } from '../ui/use_media';
import { LedgerPanel } from '../views/ledger_panel';
import { Disagreements, HeldBack } from '../views/notices';
import { RunFacts } from '../views/run_facts';
import { RunHeader } from '../views/run_header';
import { TestDetail } from '../views/test_detail';
import { TimelineView } from '../views/timeline_view';
import { TopBar } from '../views/top_bar';
import { UnitsTable } from '../views/units_table';
import { TestsTab } from './tests_tab';
import { useShortcuts } from './use_shortcuts';
import { useViewState } from './use_view_state';
import './report_route.css';

interface ReportRouteProps {
  report: ReportView;
  dark: boolean;
  theme: ThemeChoice;
  chooseTheme: (choice: ThemeChoice) => void;
}

export function ReportRoute({ report, dark, theme, chooseTheme }: ReportRouteProps): React.ReactNode {
  const [state, update] = useViewState();
  const narrow = useMedia('(max-width: 720px)');
  const wide = useMedia('(min-width: 1280px)');
  // A scan is cheaper than a map of all ids, which every opening of the report would pay for.
  const place = useMemo(() => state.test === '' ? -1 : report.tests.findIndex((test) => test.id === state.test), [report, state.test]);
  const selected = place < 0 ? null : place;
  const selected_test = report.tests[place];
  const open = (test: number): void => update({ test: report.tests[test]?.id ?? '' });
  const close = (): void => update({ test: '' });
  const chooseTab = (tab: Tab): void => update({ tab });
  useShortcuts({
    ...Object.fromEntries(TABS.map((tab, at) => [String(at + 1), () => chooseTab(tab)])),
    ...(state.tab === 'tests' ? {} : { Escape: close }),
  });
  const tabs = [
    { name: 'tests', label: 'Tests', count: formatCount(report.tests.length) },
    { name: 'timeline', label: 'Timeline' },
    { name: 'units', label: 'Units', count: formatCount(report.units.length) },
    { name: 'run', label: 'Run' },
  ] as const;
  return (
    <>
      <TopBar project={report.run.project}><ThemeSwitch choice={theme} choose={chooseTheme} /></TopBar>
      <main className="report">
        <RunHeader run={report.run} />
        <Disagreements disagreements={report.disagreements} fault={ledgerFault(report.ledger, report.run.planned, report.tests.length)} />
        <LedgerPanel ledger={report.ledger} planned={report.run.planned} choose={(outcome) => update({ tab: 'tests', query: '', outcomes: [outcome] })} />
        <HeldBack sentences={report.run.held_back} />
        <div className="report-tabs"><TabBar label="Parts of the report" items={tabs} chosen={state.tab} choose={chooseTab} /></div>
        <TabPanel name={state.tab}>
          {state.tab === 'tests' && <TestsTab report={report} state={state} update={update} selected={selected} narrow={narrow} wide={wide} />}
          {state.tab === 'timeline' && <TimelineView report={report} dark={dark} open={open} />}
          {state.tab === 'units' && <UnitsTable units={report.units} narrow={narrow} showTests={(unit) => update({ tab: 'tests', query: `"${unit.spec}"`, outcomes: [] })} />}
          {state.tab === 'run' && <RunFacts report={report} />}
        </TabPanel>
      </main>
      {state.tab !== 'tests' && (
        <Drawer open={selected_test !== undefined} onClose={close} closable={false} size={760} styles={{ body: { padding: 0 }, wrapper: { maxWidth: '100vw' } }} aria-label="Test">
          {selected_test !== undefined && <TestDetail test={selected_test} close={close} previous={null} next={null} />}
        </Drawer>
      )}
    </>
  );
}
