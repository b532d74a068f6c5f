// What the colours of the timeline mean, and how much of the workers' time each kind took.
import { useMemo } from 'react';
import { LEDGER_WORDS, outcomeLabel } from '../model/outcome';
import type { ReportView } from '../model/report';
import { shareKindLabel, timeShares, type ShareKind } from '../model/timeline';
import { formatDuration, formatPercent } from '../text/format';

const FILLS: Record<ShareKind, string> = {
  test: 'passed', between: 'between', framework_start: 'framework_start', app_start: 'app_start', app_reset: 'app_reset', waiting_lock: 'waiting_lock', idle: 'idle', lost: 'lost',
};

export function TimelineLegend({ report }: { report: ReportView }): React.ReactNode {
  const shares = useMemo(() => timeShares(report.workers, report.run.wall_ms).filter((share) => share.total_ms > 0), [report]);
  const outcomes = LEDGER_WORDS.filter((outcome) => outcome !== 'never_ran' && report.ledger[outcome] > 0);
  return (
    <div className="timeline-legend">
      <h2>Where the workers’ time went</h2>
      <div className="share-bar" aria-hidden="true">
        {shares.map((share) => <span key={share.kind} style={{ flexGrow: share.share, background: `var(--fill-${FILLS[share.kind]})` }} />)}
      </div>
      <ul aria-label="Where the time went">
        {shares.map((share) => (
          <li key={share.kind}><span className="key" style={{ background: `var(--fill-${FILLS[share.kind]})` }} />{shareKindLabel(share.kind)} <b>{formatPercent(share.share)}</b> <span className="soft">{formatDuration(share.total_ms)}</span></li>
        ))}
      </ul>
      <ul aria-label="Colours of tests" className="legend-outcomes">
        <li className="soft">Tests:</li>
        {outcomes.map((outcome) => <li key={outcome}><span className="key" style={{ background: `var(--fill-${outcome})` }} />{outcomeLabel(outcome)}</li>)}
      </ul>
    </div>
  );
}
