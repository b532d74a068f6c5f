// The page of the static report.
import type { ReportView } from '../model/report';
import type { ThemeChoice } from '../ui/theme';
import { ThemeSwitch } from '../ui/theme_switch';
import { TopBar } from '../views/top_bar';
import { ReportParts } from './report_parts';

interface ReportRouteProps {
  report: ReportView;
  dark: boolean;
  theme: ThemeChoice;
  chooseTheme: (choice: ThemeChoice) => void;
}

export function ReportRoute({ report, dark, theme, chooseTheme }: ReportRouteProps): React.ReactNode {
  return (
    <>
      <TopBar project={report.run.project}><ThemeSwitch choice={theme} choose={chooseTheme} /></TopBar>
      <main><ReportParts report={report} dark={dark} /></main>
    </>
  );
}
