// Chooses between the report and the sentence that says why there is none, inside the one theme.
import { ConfigProvider } from 'antd';
import type { ReportSource } from '../api/report_source';
import { useAntdTheme, useTheme } from '../ui/theme';
import { MessagePage } from '../views/message_page';
import { ReportRoute } from './report_route';

export function Page({ source }: { source: ReportSource }): React.ReactNode {
  const { choice, dark, choose } = useTheme();
  const theme = useAntdTheme(dark);
  return <ConfigProvider theme={theme}><Content source={source} theme={{ choice, dark, choose }} /></ConfigProvider>;
}

function Content({ source, theme }: { source: ReportSource; theme: ReturnType<typeof useTheme> }): React.ReactNode {
  switch (source.kind) {
    case 'report':
      return <ReportRoute report={source.report} dark={theme.dark} theme={theme.choice} chooseTheme={theme.choose} />;
    case 'empty':
      return (
        <MessagePage title="This page holds no report">
          <p>It is the empty form that Tamarack fills in. Run <code>tamarack run</code> to make a report, or <code>tamarack report RUN</code> to write that of an earlier run.</p>
        </MessagePage>
      );
    case 'unreadable':
      return (
        <MessagePage title="This report cannot be read">
          <p>{source.reason}</p>
          <p>Write it again with <code>tamarack report RUN</code>.</p>
        </MessagePage>
      );
  }
}
