// A run whose report is still on its way: what its row in the list knows already.
import { verdictLabel } from '../../model/outcome';
import { verdictClass, type RunRow } from '../../model/run_row';
import { VerdictIcon } from '../verdict_mark';

export function RunWaiting({ row }: { row: RunRow | null }): React.ReactNode {
  return (
    <div className="report-parts" aria-busy="true">
      {row === null ? <p className="data-empty" role="status">Loading the run…</p> : (
        <header className={`run-header ${verdictClass(row.verdict)}`}>
          <div className="run-verdict">
            <VerdictIcon verdict={row.verdict} />
            <div>
              <p className="verdict-word">{verdictLabel(row.verdict)}</p>
              <h1>{row.headline}</h1>
              <p className="run-place" role="status">Loading the report…</p>
            </div>
          </div>
        </header>
      )}
    </div>
  );
}
