import { waterfall } from '../model/steps';
import type { AttemptView } from '../model/report';
import { formatDuration, formatOffset, plural } from '../text/format';

export function StepsWaterfall({ attempt }: { attempt: AttemptView }): React.ReactNode {
  const rows = waterfall(attempt);
  return (
    <section className="detail-section" aria-label="Steps">
      <h3>Steps <span className="soft">{plural(rows.length, 'step')}</span></h3>
      <div className="waterfall">
        {rows.map((row, at) => (
          <div key={at} className={row.step.failed ? 'waterfall-failed' : undefined}>
            <span className="waterfall-title" style={{ paddingLeft: row.depth * 14 }} title={`${row.step.title} (${row.step.category}), ${formatOffset(row.offset_ms)}`}>
              {row.step.failed && <span className="visually-hidden">failed: </span>}
              {row.step.title}
            </span>
            <span className="waterfall-track" aria-hidden="true">
              <span style={{ left: `${row.begin * 100}%`, width: `${row.length * 100}%` }} />
            </span>
            <span className="waterfall-time">{formatDuration(row.step.duration_ms)}</span>
          </div>
        ))}
      </div>
    </section>
  );
}
