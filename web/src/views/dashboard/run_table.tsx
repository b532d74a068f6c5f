// The list of runs: the verdict and its sentence first, then where it came from, its ledger and its time.
import { BranchesOutlined } from '@ant-design/icons';
import { wallRatio } from '../../model/ledger';
import { isAtWork, isUnfinished, verdictLabel } from '../../model/outcome';
import { formatPlace } from '../../model/place';
import { progressOf, type RunRow } from '../../model/run_row';
import { formatDuration, formatPercent, formatRatio } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { TimeAgo } from '../../ui/time_ago';
import { useNow } from '../../ui/use_now';
import { VerdictIcon } from '../verdict_mark';
import { LedgerBar, LedgerWords } from './ledger_bar';
import './run_table.css';

interface RunTableProps {
  runs: readonly RunRow[];
  loadMore: (() => void) | null;
  busy: boolean;
  empty: React.ReactNode;
}

const COMMIT_CHARACTERS = 8;

const COLUMNS: readonly Column<RunRow>[] = [
  { name: 'run', title: 'Run', width: 'minmax(220px, 5fr)', render: (run) => <RunName run={run} /> },
  {
    name: 'source', title: 'Branch and commit', width: 'minmax(140px, 3fr)', from_px: 1000,
    render: (run) => <span className="cell-two"><span title={run.branch}>{run.branch === '' ? <span className="soft">no branch</span> : <><BranchesOutlined className="soft" aria-hidden="true" /> {run.branch}</>}</span><span className="mono">{run.commit.slice(0, COMMIT_CHARACTERS)}</span></span>,
  },
  {
    name: 'ledger', title: 'Tests', width: 'minmax(150px, 3fr)',
    render: (run) => <span className="run-ledger"><LedgerBar ledger={run.ledger} pending={run.pending} /><LedgerWords ledger={run.ledger} pending={run.pending} /></span>,
  },
  { name: 'time', title: 'Duration', width: '116px', align: 'right', render: (run) => <RunTime run={run} /> },
  { name: 'when', title: 'Started', width: '96px', align: 'right', render: (run) => <TimeAgo at={run.started_at} /> },
];

export function RunTable({ runs, loadMore, busy, empty }: RunTableProps): React.ReactNode {
  return (
    <DataTable<RunRow>
      label="Runs" columns={COLUMNS} rows={runs} rowKey={(run) => run.run_id} row_px={60} narrow={{ row_px: 96, render: (run) => <NarrowRun run={run} /> }}
      loadMore={loadMore} busy={busy} empty={empty}
    />
  );
}

function RunName({ run }: { run: RunRow }): React.ReactNode {
  return (
    <span className="run-name">
      <VerdictIcon verdict={run.verdict} />
      <span className="cell-two">
        <Link className="row-link" to={formatPlace({ page: 'run', run: run.run_id })}><span className="visually-hidden">{verdictLabel(run.verdict)}: </span>{run.headline}</Link>
        <span>{run.project} <span className="mono">{run.run_id}</span></span>
      </span>
    </span>
  );
}

const TICK_MS = 1_000;

/** A run that goes on may not know its time yet; then it is counted from its start. */
function useWallTime(run: RunRow): number {
  const now = useNow(TICK_MS);
  return isAtWork(run.verdict) && run.wall_ms === 0 ? Math.max(0, now - Date.parse(run.started_at)) : run.wall_ms;
}

function RunTime({ run }: { run: RunRow }): React.ReactNode {
  const wall_ms = useWallTime(run);
  const ratio = wallRatio(run.wall_ms, run.lower_bound_ms);
  const note = isUnfinished(run.verdict) ? formatPercent(progressOf(run)) : ratio === null ? '' : `${formatRatio(ratio)} bound`;
  return <span className="cell-two" title={ratio === null ? undefined : `lower bound ${formatDuration(run.lower_bound_ms)}`}><span>{formatDuration(wall_ms)}</span><span>{note}</span></span>;
}

function NarrowRun({ run }: { run: RunRow }): React.ReactNode {
  const wall_ms = useWallTime(run);
  return (
    <span className="run-narrow">
      <VerdictIcon verdict={run.verdict} />
      <span className="run-narrow-body">
        <Link className="row-link cell-one" to={formatPlace({ page: 'run', run: run.run_id })}><span className="visually-hidden">{verdictLabel(run.verdict)}: </span>{run.headline}</Link>
        <LedgerBar ledger={run.ledger} pending={run.pending} />
        <span className="run-narrow-line soft"><span className="cell-one">{run.project}{run.branch !== '' && <> · {run.branch}</>}</span></span>
        <span className="run-narrow-line soft"><span className="cell-one">{formatDuration(wall_ms)}</span><TimeAgo at={run.started_at} /></span>
      </span>
    </span>
  );
}
