// Tests with what the history knows of them.
import { Tag } from 'antd';
import { outcomeLabel, outcomeOfWord } from '../../model/outcome';
import { formatPlace } from '../../model/place';
import type { TestFigures, TestSort } from '../../model/test_history';
import { baseName, formatCount, formatDuration, formatPercent } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { MarkedText } from '../../ui/marked_text';
import { TimeAgo } from '../../ui/time_ago';
import { OutcomeIcon } from '../outcome_mark';
import { TitleLine } from '../title_path';
import { Rate, Trend } from './figures';
import './test_table.css';

interface TestTableProps {
  project: string;
  tests: readonly TestFigures[];
  words: readonly string[];
  sort: TestSort;
  chooseSort: (sort: TestSort) => void;
  loadMore: (() => void) | null;
  busy: boolean;
  empty: React.ReactNode;
}

export function TestTable({ project, tests, words, sort, chooseSort, loadMore, busy, empty }: TestTableProps): React.ReactNode {
  const columns: readonly Column<TestFigures, TestSort>[] = [
    { name: 'test', title: 'Test', width: 'minmax(240px, 6fr)', sort: 'name', render: (test) => <TestName project={project} test={test} words={words} /> },
    { name: 'flaky', title: 'Flaky', width: '104px', align: 'right', sort: 'flaky', render: (test) => <Rate rate={test.flaky_rate} kind="flaky" /> },
    { name: 'failures', title: 'Failures', width: '104px', align: 'right', sort: 'failures', render: (test) => <Rate rate={test.failure_rate} kind="failed" /> },
    { name: 'flips', title: 'Flips', width: '104px', align: 'right', from_px: 1200, render: (test) => <Rate rate={test.flip_rate} kind="lost" /> },
    { name: 'slow', title: 'p50, p95', width: '150px', align: 'right', from_px: 900, sort: 'slow', render: (test) => <span className="test-times">{formatDuration(test.p50_ms)} <span className="soft">{formatDuration(test.p95_ms)}</span><span className="test-trend"><Trend trend={test.trend} /></span></span> },
    { name: 'runs', title: 'Runs', width: '60px', align: 'right', from_px: 1100, render: (test) => formatCount(test.runs) },
    { name: 'last', title: 'Last', width: '96px', align: 'right', sort: 'latest', render: (test) => <TimeAgo at={test.last_at} /> },
  ];
  return (
    <DataTable<TestFigures, TestSort>
      label="Tests" columns={columns} rows={tests} rowKey={(test) => test.test_id} row_px={54} narrow={{ row_px: 78, render: (test) => <NarrowTest project={project} test={test} words={words} /> }}
      sort={sort} chooseSort={chooseSort} loadMore={loadMore} busy={busy} empty={empty}
    />
  );
}

interface TestNameProps {
  project: string;
  test: TestFigures;
  words: readonly string[];
}

function TestName({ project, test, words }: TestNameProps): React.ReactNode {
  const outcome = outcomeOfWord(test.last_outcome);
  return (
    <span className="test-name">
      <OutcomeIcon outcome={outcome} />
      <span className="cell-two">
        <span className="test-name-line">
          <Link className="row-link" to={formatPlace({ page: 'test', project, test: test.test_id })}>
            <span className="visually-hidden">last {outcomeLabel(outcome)}: </span>
            <TitleLine parents={test.title_path.slice(0, -1)} name={test.title_path.at(-1) ?? baseName(test.spec)} words={words} />
          </Link>
          {test.parameters !== '' && <span className="soft test-parameters">{test.parameters}</span>}
          {test.quarantine !== null && <Tag color="purple">quarantined</Tag>}
        </span>
        <span className="mono"><MarkedText text={test.spec} words={words} /></span>
      </span>
    </span>
  );
}

function NarrowTest(props: TestNameProps): React.ReactNode {
  const { test } = props;
  return (
    <span className="test-narrow">
      <TestName {...props} />
      <span className="test-narrow-line soft">
        {test.flaky_rate > 0 && <span style={{ color: 'var(--ink-flaky)' }}>{formatPercent(test.flaky_rate)} flaky</span>}
        {test.failure_rate > 0 && <span style={{ color: 'var(--ink-failed)' }}>{formatPercent(test.failure_rate)} failures</span>}
        <span>{formatDuration(test.p50_ms)}</span>
        <span><TimeAgo at={test.last_at} /></span>
      </span>
    </span>
  );
}
