// What every worker is at, as it happens: its lane over the last minutes, its state and its test.
import { useEffect, useMemo, useRef } from 'react';
import { lanesUntil, type LiveRun, type LiveWorker, type WorkerState } from '../../model/live_run';
import { makeLanes } from '../../model/timeline';
import { spokenTitle } from '../../model/titles';
import { formatCount, formatDuration } from '../../text/format';
import { sharpContext } from '../../ui/sharp_canvas';
import { useElementWidth } from '../../ui/use_element_width';
import { useScale } from '../../ui/use_scale';
import { AXIS_HEIGHT, drawTimeline, paintLanes, readPalette } from '../draw_timeline';
import './live_lanes.css';

interface LiveLanesProps {
  live: LiveRun;
  /** The present instant on the run's clock. */
  now_ms: number;
  dark: boolean;
  narrow: boolean;
  open: (test: number) => void;
}

/** How far back the lanes go. */
const WINDOW_MS = 180_000;
/** On a desk. */
const LANE_PX = 30;

const STATES: Record<WorkerState, string> = { starting: 'starting', idle: 'idle', running: 'running', away: 'away', ended: 'ended', unknown: 'no news yet' };

export function LiveLanes({ live, now_ms, dark, narrow, open }: LiveLanesProps): React.ReactNode {
  const { workers } = live;
  const lane_px = Math.round(LANE_PX * useScale());
  const counts = (Object.keys(STATES) as WorkerState[]).map((state) => ({ state, count: workers.filter((worker) => worker.state === state).length })).filter(({ count }) => count > 0);
  return (
    <section className="live-lanes panel" aria-label="Workers">
      <header>
        <h2>Workers</h2>
        <p className="soft">{counts.length === 0 ? 'none yet' : counts.map(({ state, count }) => `${formatCount(count)} ${STATES[state]}`).join(', ')}</p>
      </header>
      <div className="live-grid" data-narrow={narrow ? '' : undefined}>
        <ul className="live-names" style={{ paddingTop: narrow ? 0 : AXIS_HEIGHT }}>
          {workers.map((worker) => <WorkerLine key={worker.name} live={live} worker={worker} now_ms={now_ms} height={lane_px} open={open} />)}
        </ul>
        {!narrow && <LaneCanvas live={live} now_ms={now_ms} dark={dark} lane_px={lane_px} />}
      </div>
    </section>
  );
}

function WorkerLine({ live, worker, now_ms, height, open }: { live: LiveRun; worker: LiveWorker; now_ms: number; height: number; open: (test: number) => void }): React.ReactNode {
  const test = worker.test >= 0 ? live.report.tests[worker.test] : undefined;
  return (
    <li style={{ height }}>
      <WorkerName name={worker.name} />
      <span className={`live-dot live-${worker.state}`} aria-hidden="true" />
      {test === undefined ? <span className="soft cell-one">{STATES[worker.state]}</span> : (
        <button type="button" className="cell-one" title={`${spokenTitle(test)}, ${test.spec}`} onClick={() => open(worker.test)}><span className="visually-hidden">running </span>{test.title_path.at(-1) ?? test.spec}</button>
      )}
      <span className="live-time soft">{worker.state === 'unknown' ? '' : formatDuration(Math.max(0, now_ms - worker.since_ms))}</span>
    </li>
  );
}

/** `agent/number`: many workers share an agent, so it is the agent that gives way. */
function WorkerName({ name }: { name: string }): React.ReactNode {
  const from = name.includes('/') ? name.lastIndexOf('/') : name.length;
  return <span className="live-name" title={name}><span className="cell-one">{name.slice(0, from)}</span><span>{name.slice(from)}</span></span>;
}

function LaneCanvas({ live, now_ms, dark, lane_px }: { live: LiveRun; now_ms: number; dark: boolean; lane_px: number }): React.ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useElementWidth(frame);
  const from_ms = Math.max(0, now_ms - WINDOW_MS);
  const height = AXIS_HEIGHT + live.workers.length * lane_px;
  const painted = useMemo(() => {
    const shown = lanesUntil(live, now_ms, from_ms);
    return paintLanes(shown, makeLanes(shown.workers));
  }, [live, now_ms, from_ms]);
  useEffect(() => {
    const context = sharpContext(canvas.current, width, height);
    if (context === null) return;
    const until_ms = Math.max(now_ms, 10_000);
    drawTimeline(context, painted, { width, lane_height: lane_px, from_ms, until_ms, lower_bound_ms: 0, wall_ms: now_ms, highlighted: null }, readPalette(context.canvas));
  }, [painted, width, height, lane_px, from_ms, now_ms, dark]);
  return <div ref={frame} className="live-canvas" style={{ height }}><canvas ref={canvas} role="img" aria-label={`What ${formatCount(live.workers.length)} workers did in the last minutes`} style={{ width: '100%', height }} /></div>;
}
