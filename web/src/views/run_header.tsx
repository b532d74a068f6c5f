// The top of the page: the verdict in colour, word and icon, the headline, and the facts one looks for first.
import { BranchesOutlined } from '@ant-design/icons';
import { wallRatio } from '../model/ledger';
import { isAtWork, isUnfinished, verdictLabel } from '../model/outcome';
import type { RunView } from '../model/report';
import { verdictClass } from '../model/run_row';
import { formatCount, formatDuration, formatInstant, formatPercent, formatRatio } from '../text/format';
import { CopyButton } from '../ui/copy_button';
import { VerdictIcon } from './verdict_mark';
import './run_header.css';

const COMMIT_CHARACTERS = 10;

/** `actions`: what may be done with this run, where something may. */
export function RunHeader({ run, actions }: { run: RunView; actions?: React.ReactNode }): React.ReactNode {
  return (
    <header className={`run-header ${verdictClass(run.verdict)}`}>
      <div className="run-verdict">
        <VerdictIcon verdict={run.verdict} />
        <div>
          <p className="verdict-word">{verdictLabel(run.verdict)}{!isAtWork(run.verdict) && <span className="soft"> · exit code {run.exit_code}</span>}</p>
          <h1>{run.headline}</h1>
          <p className="run-place">
            <span>{formatInstant(run.started_at_ms)}</span>
            {run.branch !== '' && <span><BranchesOutlined aria-hidden="true" /> {run.branch}</span>}
            {run.commit !== '' && <span className="run-copyable"><span className="mono">{run.commit.slice(0, COMMIT_CHARACTERS)}</span><CopyButton text={run.commit} what="the commit" /></span>}
            <span className="run-copyable"><span className="mono">{run.run_id}</span><CopyButton text={run.run_id} what="the run id" /></span>
            {actions}
          </p>
        </div>
      </div>
      <RunStats run={run} />
    </header>
  );
}

function RunStats({ run }: { run: RunView }): React.ReactNode {
  const ratio = wallRatio(run.wall_ms, run.lower_bound_ms);
  const capacity = run.wall_ms * run.workers;
  return (
    <dl className="run-stats">
      <div>
        <dt>Wall time</dt>
        <dd className="stat-value">{formatDuration(run.wall_ms)}</dd>
        <dd className="soft">{ratio === null ? 'no lower bound known' : isUnfinished(run.verdict) ? <>of {formatDuration(run.lower_bound_ms)} at least</> : <>{formatRatio(ratio)} the lower bound of {formatDuration(run.lower_bound_ms)}</>}</dd>
        {ratio !== null && <dd className="bound-bar" aria-hidden="true" data-open={isUnfinished(run.verdict) ? '' : undefined}><span style={{ width: `${Math.min(1, isUnfinished(run.verdict) ? ratio : 1 / ratio) * 100}%` }} /></dd>}
      </div>
      <div>
        <dt>{run.workers === 1 ? 'Worker' : 'Workers'}</dt>
        <dd className="stat-value">{formatCount(run.workers)}</dd>
        <dd className="soft">{capacity > 0 ? `${formatPercent(Math.min(1, run.busy_ms / capacity))} of their time in tests` : 'no time was spent'}</dd>
      </div>
      <div>
        <dt>Attempts</dt>
        <dd className="stat-value">{formatCount(run.attempts)}</dd>
        <dd className="soft">for {formatCount(run.planned)} planned {run.flows.length > 0 ? (run.planned === 1 ? 'entry' : 'entries') : run.planned === 1 ? 'test' : 'tests'}</dd>
      </div>
      <div>
        <dt>Seed</dt>
        <dd className="stat-value stat-seed"><span className="mono">{run.seed === '' ? '–' : run.seed}</span>{run.seed !== '' && <CopyButton text={run.seed} what="the seed" />}</dd>
        <dd className="soft">{run.framework}, policy {run.policy}</dd>
      </div>
    </dl>
  );
}
