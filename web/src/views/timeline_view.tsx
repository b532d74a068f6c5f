// The workers' time as lanes. The canvas is one focusable element: arrow keys walk through the spans and a status line speaks.
import { MinusOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { outcomeLabel } from '../model/outcome';
import type { ReportView, SpanView } from '../model/report';
import { spokenTitle } from '../model/titles';
import { makeLanes, spanAt, spanKind, spanKindLabel, spanOutcome } from '../model/timeline';
import { formatCount, formatDuration, formatOffset, formatPercent } from '../text/format';
import { sharpContext } from '../ui/sharp_canvas';
import { AXIS_HEIGHT, drawTimeline, paintLanes, readPalette } from './draw_timeline';
import { TimelineLegend } from './timeline_legend';
import { useTimeWindow } from './use_time_window';
import './timeline_view.css';

interface TimelineViewProps {
  report: ReportView;
  dark: boolean;
  open: (test: number) => void;
}

interface Pointed {
  span: SpanView;
  lane: number;
  x: number;
  y: number;
}

function laneHeight(lanes: number): number {
  return lanes <= 40 ? 30 : lanes <= 200 ? 18 : 10;
}

export function TimelineView({ report, dark, open }: TimelineViewProps): React.ReactNode {
  const { run } = report;
  const lanes = useMemo(() => makeLanes(report.workers), [report]);
  const painted = useMemo(() => paintLanes(report, lanes), [report, lanes]);
  const end_ms = useMemo(() => lanes.reduce((last, lane) => Math.max(last, lane.spans.at(-1)?.end_ms ?? 0), Math.max(run.wall_ms, run.lower_bound_ms, 1)), [lanes, run]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const tap = useRef<'names' | 'opens'>('opens');
  const window_ms = useTimeWindow(end_ms, width, canvas);
  const { from_ms, until_ms } = window_ms;
  const lane_height = laneHeight(lanes.length);
  const height = AXIS_HEIGHT + lanes.length * lane_height;

  useLayoutEffect(() => {
    const element = canvas.current?.parentElement;
    if (element === null || element === undefined) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [lanes.length]);

  useEffect(() => {
    const context = sharpContext(canvas.current, width, height);
    if (context === null) return;
    drawTimeline(context, painted, { width, lane_height, from_ms, until_ms, lower_bound_ms: run.lower_bound_ms, wall_ms: run.wall_ms, highlighted: pointed?.span ?? null }, readPalette(context.canvas));
  }, [painted, width, height, lane_height, from_ms, until_ms, run, pointed, dark]);

  if (lanes.length === 0) return <p className="timeline-empty soft">This run recorded no worker times.</p>;

  const point = (event: React.PointerEvent): SpanView | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const lane = Math.floor((y - AXIS_HEIGHT) / lane_height);
    const ms_per_pixel = (until_ms - from_ms) / Math.max(1, width);
    const span = lanes[lane] === undefined ? null : spanAt(lanes[lane].spans, from_ms + x * ms_per_pixel, 2 * ms_per_pixel);
    setPointed(span === null ? null : { span, lane, x, y: AXIS_HEIGHT + (lane + 1) * lane_height });
    return span;
  };
  // A finger cannot hover: its first tap names the span, a second one on the same span opens the test.
  const touch = (event: React.PointerEvent): void => {
    tap.current = event.pointerType === 'mouse' || point(event) === pointed?.span ? 'opens' : 'names';
  };
  const walk = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at_lane = pointed?.lane ?? 0;
    const spans = lanes[at_lane]?.spans ?? [];
    const at = pointed === null ? -1 : spans.indexOf(pointed.span);
    const goTo = (lane: number, span: SpanView | undefined): void => {
      if (span === undefined) return;
      const moved = window_ms.reveal(span.start_ms, span.end_ms);
      setPointed({ span, lane, x: ((span.start_ms - moved.from_ms) / (moved.until_ms - moved.from_ms)) * width, y: AXIS_HEIGHT + (lane + 1) * lane_height });
    };
    const sideways = (lane: number): void => {
      const target = lanes[lane]?.spans ?? [];
      goTo(lane, spanAt(target, pointed?.span.start_ms ?? 0, Number.POSITIVE_INFINITY) ?? target[0]);
    };
    switch (event.key) {
      case 'ArrowRight': goTo(at_lane, spans[at + 1]); break;
      case 'ArrowLeft': goTo(at_lane, spans[Math.max(0, at - 1)]); break;
      case 'ArrowDown': sideways(Math.min(lanes.length - 1, pointed === null ? 0 : at_lane + 1)); break;
      case 'ArrowUp': sideways(Math.max(0, at_lane - 1)); break;
      case '+': case '=': window_ms.zoom(0.5, 0.5); break;
      case '-': window_ms.zoom(2, 0.5); break;
      case '0': window_ms.reset(); break;
      case 'Enter': if (pointed !== null && pointed.span.test >= 0) open(pointed.span.test); break;
      case 'Escape': setPointed(null); return;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section className="timeline" aria-label="Timeline">
      <TimelineLegend report={report} />
      <div className="timeline-frame panel">
        <div className="timeline-bar">
          <span className="timeline-bound"><span className="bound-key" aria-hidden="true" /> lower bound {run.lower_bound_ms > 0 ? formatDuration(run.lower_bound_ms) : 'unknown'}, wall time {formatDuration(run.wall_ms)}</span>
          <span className="timeline-hint soft">Ctrl + wheel or a pinch zooms, dragging moves</span>
          <span className="timeline-zoom">
            <Button size="small" icon={<MinusOutlined />} aria-label="Zoom out" disabled={window_ms.whole} onClick={() => window_ms.zoom(2, 0.5)} />
            <Button size="small" icon={<PlusOutlined />} aria-label="Zoom in" onClick={() => window_ms.zoom(0.5, 0.5)} />
            <Button size="small" disabled={window_ms.whole} onClick={window_ms.reset}>Whole run</Button>
          </span>
        </div>
        <div className="timeline-lanes">
          <div className="timeline-names" style={{ paddingTop: AXIS_HEIGHT }}>
            {lanes.map((lane) => (
              <div key={lane.worker.name} style={{ height: lane_height }} title={`${lane.worker.name}: ${formatDuration(lane.worker.busy_ms)} in tests`}>
                {lane_height >= 18 && <><span>{lane.worker.name}</span> <span className="soft">{run.wall_ms > 0 ? formatPercent(Math.min(1, lane.worker.busy_ms / run.wall_ms)) : ''}</span></>}
              </div>
            ))}
          </div>
          <div className="timeline-canvas">
            <canvas
              ref={canvas} tabIndex={0} role="application" style={{ width: '100%', height }}
              aria-label={`${formatCount(lanes.length)} workers over ${formatDuration(run.wall_ms)}. Arrow keys walk through the spans, Enter opens a test, plus and minus zoom.`}
              data-pointing={pointed !== null && pointed.span.test >= 0 ? '' : undefined} data-zoomed={window_ms.whole ? undefined : ''}
              onPointerDown={touch} onPointerMove={(event) => {
                if (window_ms.dragging()) setPointed(null);
                else if (event.pointerType === 'mouse') point(event);
              }}
              onPointerLeave={(event) => {
                if (event.pointerType === 'mouse') setPointed(null);
              }}
              onKeyDown={walk} onBlur={() => setPointed(null)}
              onClick={() => {
                if (!window_ms.dragged() && tap.current === 'opens' && pointed !== null && pointed.span.test >= 0) open(pointed.span.test);
              }}
            />
            {pointed !== null && <SpanTip report={report} pointed={pointed} worker={lanes[pointed.lane]?.worker.name ?? ''} width={width} />}
          </div>
        </div>
      </div>
    </section>
  );
}

const TIP_WIDTH = 300;

function SpanTip({ report, pointed, worker, width }: { report: ReportView; pointed: Pointed; worker: string; width: number }): React.ReactNode {
  const { span } = pointed;
  const test = span.test >= 0 ? report.tests[span.test] : undefined;
  const outcome = spanOutcome(report, span);
  const left = Math.max(0, Math.min(pointed.x - 20, width - TIP_WIDTH));
  return (
    <div className="span-tip" role="status" style={{ left, top: pointed.y + 4, maxWidth: Math.min(TIP_WIDTH, width) }}>
      <b>{test === undefined ? spanKindLabel(spanKind(span)) : spokenTitle(test)}</b>
      {test === undefined ? span.label !== '' && <span>{span.label}</span> : <span className="mono soft">{test.spec}</span>}
      <span>
        {outcome !== null && <span style={{ color: `var(--ink-${outcome})`, fontWeight: 600 }}>{outcomeLabel(outcome)} · </span>}
        {formatDuration(span.end_ms - span.start_ms)} <span className="soft">from {formatOffset(span.start_ms)} on {worker}</span>
      </span>
    </div>
  );
}
