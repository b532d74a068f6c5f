// One test over many runs: how reliable it is, how long it takes, in which words it fails, and each of its executions.
import { LockOutlined } from '@ant-design/icons';
import { outcomeLabel, outcomeOfWord } from '../../model/outcome';
import { formatPlace, testInRun } from '../../model/place';
import { errorGroups, type Execution, type Quarantine, type TestHistory } from '../../model/test_history';
import { stripAnsi } from '../../text/ansi';
import { baseName, formatCount, formatDuration, formatInstant, formatPercent, formatRatio, plural } from '../../text/format';
import { CopyButton } from '../../ui/copy_button';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { navigate } from '../../ui/navigation';
import { TimeAgo } from '../../ui/time_ago';
import { OutcomeIcon, OutcomeWord } from '../outcome_mark';
import { TitlePath } from '../title_path';
import { Trend } from './figures';
import { HistoryChart } from './history_chart';
import { executionPlace } from './test_evidence';
import './test_page.css';

const COMMIT_CHARACTERS = 8;

/** `evidence` stands between the errors and the executions; `run` is whose execution it shows. */
export function TestPage({ project, history, run, evidence }: { project: string; history: TestHistory; run: string; evidence: React.ReactNode }): React.ReactNode {
  const parents = history.title_path.slice(0, -1);
  const uncounted = history.executions.filter((one) => !one.counted).length;
  return (
    <div className="test-page">
      <header className="test-head panel">
        <div className="test-title">
          <p className="soft"><Link to={formatPlace({ page: 'tests', project, text: '', sort: 'flaky' })}>{project}</Link> › <Link className="mono" to={formatPlace({ page: 'tests', project, text: history.spec, sort: 'flaky' })}>{history.spec}</Link><CopyButton text={history.spec} what="the spec" /></p>
          <h1>{parents.length > 0 && <span className="soft"><TitlePath parts={parents} /> › </span>}<bdi>{history.title_path.at(-1) ?? baseName(history.spec)}</bdi>{history.parameters !== '' && <span className="label">{history.parameters}</span>}</h1>
          <p className="test-last">Last <OutcomeWord outcome={outcomeOfWord(history.last_outcome)} /> <TimeAgo at={history.last_at} />{history.last_run_id !== '' && <> in <Link className="mono" to={testInRun(history.last_run_id, history.test_id)}>{history.last_run_id}</Link></>}</p>
        </div>
        <dl className="tiles">
          <Tile name="Failure rate" value={formatPercent(history.failure_rate)} note={`${formatCount(history.failed)} of ${plural(history.runs, 'run')}`} ink={history.failure_rate > 0 ? 'failed' : undefined} />
          <Tile name="Flaky rate" value={formatPercent(history.flaky_rate)} note={`${formatCount(history.flaky)} passed after a retry`} ink={history.flaky_rate > 0 ? 'flaky' : undefined} />
          <Tile name="Flip rate" value={formatPercent(history.flip_rate)} note="changed from run to run" ink={history.flip_rate > 0 ? 'lost' : undefined} />
          <Tile name="p50" value={formatDuration(history.p50_ms)} note={<>p95 {formatDuration(history.p95_ms)}</>} />
          <Tile name="Trend" value={history.trend > 0 ? <>{formatRatio(history.trend)}<Trend trend={history.trend} /></> : '–'} note="newer half ÷ older half" />
        </dl>
      </header>
      {history.quarantine !== null && <QuarantineNote quarantine={history.quarantine} />}
      <section className="panel test-part" aria-label="History">
        <header><h2>History</h2><p className="soft">the latest {plural(history.executions.length, 'execution')}, oldest at the left; dashed: p50 and p95{uncounted > 0 && `; ${formatCount(uncounted)} pale, of mass failures, do not count`}</p></header>
        {history.executions.length === 0 ? <p className="soft">It has no executions yet.</p> : <HistoryChart history={history} run={run} choose={(chosen) => navigate(executionPlace(project, history.test_id, chosen))} />}
      </section>
      <Errors project={project} history={history} />
      {evidence}
      <Executions history={history} />
    </div>
  );
}

function Tile({ name, value, note, ink }: { name: string; value: React.ReactNode; note: React.ReactNode; ink?: string | undefined }): React.ReactNode {
  return <div><dt>{name}</dt><dd className="stat-value" style={ink === undefined ? undefined : { color: `var(--ink-${ink})` }}>{value}</dd><dd className="soft">{note}</dd></div>;
}

function QuarantineNote({ quarantine }: { quarantine: Quarantine }): React.ReactNode {
  return (
    <section className="notice" aria-label="Quarantine">
      <span className="notice-icon" aria-hidden="true"><LockOutlined /></span>
      <div>
        <h2>In quarantine{quarantine.expires_at !== '' && ` until ${formatInstant(Date.parse(quarantine.expires_at))}`}</h2>
        <p className="quarantine-words">It runs and is shown, but does not decide a run. {quarantine.reason !== '' && `Reason: ${quarantine.reason}. `}{quarantine.owner !== '' && <span className="soft">Owner: {quarantine.owner}</span>}</p>
      </div>
    </section>
  );
}

function Errors({ project, history }: { project: string; history: TestHistory }): React.ReactNode {
  const groups = errorGroups(history.executions);
  if (groups.length === 0) return null;
  return (
    <section className="panel test-part" aria-label="Errors">
      <header><h2>Errors</h2><p className="soft">in {plural(groups.length, 'form')}</p></header>
      <ul className="error-groups">
        {groups.map((group) => (
          <li key={group.message}>
            <span className="error-count">{formatCount(group.count)} ×</span>
            <span className="mono error-words" title={stripAnsi(group.latest.error)}>{group.message}</span>
            <Link to={executionPlace(project, history.test_id, group.latest.run_id)}>latest, <TimeAgo at={group.latest.at} /></Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Executions({ history }: { history: TestHistory }): React.ReactNode {
  const outcome = (one: Execution): React.ReactNode => (
    <span className="test-name">
      <OutcomeIcon outcome={outcomeOfWord(one.outcome)} />
      <Link className="row-link cell-one" to={testInRun(one.run_id, history.test_id)}>{outcomeLabel(outcomeOfWord(one.outcome))}{one.attempts > 1 && <span className="soft"> {one.attempts} attempts</span>}{!one.counted && <span className="soft"> not counted</span>}</Link>
    </span>
  );
  const columns: readonly Column<Execution>[] = [
    { name: 'outcome', title: 'Outcome', width: 'minmax(150px, 2fr)', render: outcome },
    { name: 'error', title: 'Error', width: 'minmax(120px, 5fr)', from_px: 1100, render: (one) => <span className="cell-one mono soft">{stripAnsi(one.error).split('\n', 1)[0]}</span> },
    { name: 'branch', title: 'Branch', width: 'minmax(120px, 2fr)', render: (one) => <span className="cell-one">{one.branch}</span> },
    { name: 'commit', title: 'Commit', width: '90px', from_px: 900, render: (one) => <span className="mono">{one.commit.slice(0, COMMIT_CHARACTERS)}</span> },
    { name: 'run', title: 'Run', width: '210px', from_px: 900, render: (one) => <span className="cell-one mono soft">{one.run_id}</span> },
    { name: 'time', title: 'Duration', width: '90px', align: 'right', render: (one) => formatDuration(one.duration_ms) },
    { name: 'when', title: 'When', width: '96px', align: 'right', render: (one) => <TimeAgo at={one.at} /> },
  ];
  const narrow = (one: Execution): React.ReactNode => (
    <span className="agent-narrow">
      <span className="agent-narrow-line">{outcome(one)}<span>{formatDuration(one.duration_ms)}</span></span>
      <span className="agent-narrow-line soft"><span className="cell-one">{one.branch}</span><TimeAgo at={one.at} /></span>
    </span>
  );
  return <DataTable<Execution> label="Executions" columns={columns} rows={history.executions} rowKey={(one) => `${one.run_id} ${one.at}`} row_px={38} narrow={{ row_px: 58, render: narrow }} empty="It has no executions yet." />;
}
