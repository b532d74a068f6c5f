// The latest executions of a test, oldest at the left: how long each took, and beneath it how it ended. A click shows what it left behind; the
// links and the table below do the same for whoever has no pointer.
import { useRef, useState } from 'react';
import { outcomeLabel, outcomeOfWord } from '../../model/outcome';
import type { TestHistory } from '../../model/test_history';
import { axisTicks } from '../../model/timeline';
import { formatDuration, formatInstant } from '../../text/format';
import { useElementWidth } from '../../ui/use_element_width';
import './history_chart.css';

const CHART_PX = 168;
const STRIP_PX = 26;
const GAP_PX = 12;
const LEFT_PX = 56;
const TICKS_MAX = 4;
const TIP_PX = 260;
/** A column no wider than this, so that three executions do not fill the page. */
const COLUMN_PX_MAX = 22;

interface HistoryChartProps {
  history: TestHistory;
  /** The run whose execution is looked at. */
  run: string;
  choose: (run: string) => void;
}

export function HistoryChart({ history, run, choose }: HistoryChartProps): React.ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const width = useElementWidth(frame);
  const [pointed, setPointed] = useState<number | null>(null);
  const executions = [...history.executions].reverse();
  const longest_ms = executions.reduce((longest, one) => Math.max(longest, one.duration_ms), Math.max(history.p95_ms, 1)) * 1.08;
  const column = Math.min(COLUMN_PX_MAX, Math.max(1, width - LEFT_PX) / Math.max(1, executions.length));
  const x = (at: number): number => LEFT_PX + (at + 0.5) * column;
  const y = (ms: number): number => CHART_PX - (ms / longest_ms) * CHART_PX;
  const right = LEFT_PX + column * executions.length;
  const failed = executions.filter((one) => one.outcome !== 'passed' && one.outcome !== 'skipped').length;
  const looked_at = executions.findLastIndex((one) => one.run_id === run);
  const chosen = pointed === null ? undefined : executions[pointed];
  const point = (event: React.PointerEvent): void => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT_PX) / column);
    setPointed(at >= 0 && at < executions.length ? at : null);
  };
  return (
    <div ref={frame} className="history-chart">
      <svg
        width={width} height={CHART_PX + GAP_PX + STRIP_PX} role="img" aria-label={`The latest ${executions.length} executions: ${failed} did not simply pass`} data-pointing={chosen === undefined ? undefined : ''}
        onPointerMove={point} onPointerLeave={() => setPointed(null)} onClick={() => {
          if (chosen !== undefined) choose(chosen.run_id);
        }}
      >
        {axisTicks(0, longest_ms, TICKS_MAX).map((tick) => (
          <g key={tick}>
            <line x1={LEFT_PX} x2={right} y1={y(tick)} y2={y(tick)} className="history-grid" />
            <text x={LEFT_PX - 8} y={y(tick) + 4} textAnchor="end" className="history-tick">{tick === 0 ? '0' : formatDuration(tick).replace('.0', '')}</text>
          </g>
        ))}
        {([['p50', history.p50_ms], ['p95', history.p95_ms]] as const).map(([name, ms]) => ms > 0 && <line key={name} x1={LEFT_PX} x2={right} y1={y(ms)} y2={y(ms)} className="history-quantile" />)}
        {looked_at >= 0 && <rect x={LEFT_PX + looked_at * column} y={0} width={Math.max(2, column)} height={CHART_PX + GAP_PX + STRIP_PX} className="history-chosen" />}
        {pointed !== null && <rect x={LEFT_PX + pointed * column} y={0} width={column} height={CHART_PX + GAP_PX + STRIP_PX} className="history-pointed" />}
        {executions.map((one, at) => {
          const outcome = outcomeOfWord(one.outcome);
          return (
            <g key={at} opacity={one.counted ? 1 : 0.45}>
              <circle cx={x(at)} cy={y(one.duration_ms)} r={Math.min(3.5, Math.max(2, column / 2))} fill={`var(--fill-${outcome})`} />
              <rect x={LEFT_PX + at * column} y={CHART_PX + GAP_PX} width={Math.max(1, column - (column > 4 ? 1.5 : 0))} height={STRIP_PX} rx={column > 4 ? 2 : 0} fill={`var(--fill-${outcome})`} />
            </g>
          );
        })}
      </svg>
      {chosen !== undefined && pointed !== null && (
        <div className="history-tip" style={{ left: Math.max(0, Math.min(x(pointed) - TIP_PX / 2, width - TIP_PX)), top: CHART_PX + GAP_PX + STRIP_PX + 6 }}>
          <b style={{ color: `var(--ink-${outcomeOfWord(chosen.outcome)})` }}>{outcomeLabel(outcomeOfWord(chosen.outcome))}</b> after {formatDuration(chosen.duration_ms)}
          <span className="soft">{formatInstant(Date.parse(chosen.at))}{chosen.branch !== '' && ` on ${chosen.branch}`}</span>
          {!chosen.counted && <span className="soft">part of a mass failure, not counted</span>}
        </div>
      )}
    </div>
  );
}
