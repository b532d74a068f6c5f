// Paints the lanes on a canvas: tens of thousands of spans would be as many elements otherwise. Spans thinner than a pixel are
// joined, and the one that matters most gives the pixel its colour, so that no failure disappears by zooming out.
import { axisTicks, firstSpanAfter, spanKind, spanOutcome, spanWeight, type Lane } from '../model/timeline';
import type { ReportView, SpanView } from '../model/report';
import { formatDuration } from '../text/format';

export const AXIS_HEIGHT = 30;
const LABEL_WIDTH_MIN = 46;
const TICK_WIDTH = 90;

export interface PaintedSpan {
  span: SpanView;
  /** Name of the CSS colour, without '--fill-'. */
  fill: string;
  weight: number;
}

export interface PaintedLane {
  lane: Lane;
  spans: PaintedSpan[];
}

export interface Frame {
  width: number;
  lane_height: number;
  from_ms: number;
  until_ms: number;
  lower_bound_ms: number;
  wall_ms: number;
  highlighted: SpanView | null;
}

export function paintLanes(report: ReportView, lanes: readonly Lane[]): PaintedLane[] {
  return lanes.map((lane) => ({
    lane,
    spans: lane.spans.map((span) => {
      const kind = spanKind(span);
      const outcome = spanOutcome(report, span);
      return { span, fill: outcome ?? (kind === 'test' ? 'skipped' : kind), weight: spanWeight(kind, outcome) };
    }),
  }));
}

/** Reads the colours of the page's present theme. */
export function readPalette(element: Element): (name: string) => string {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) {
      value = style.getPropertyValue(name).trim() || '#888888';
      known.set(name, value);
    }
    return value;
  };
}

export function drawTimeline(canvas: CanvasRenderingContext2D, lanes: readonly PaintedLane[], frame: Frame, palette: (name: string) => string): void {
  const height = AXIS_HEIGHT + lanes.length * frame.lane_height;
  canvas.clearRect(0, 0, frame.width, height);
  canvas.font = fontOf(12, palette);
  canvas.textBaseline = 'middle';
  drawAxis(canvas, frame, height, palette);
  lanes.forEach((lane, at) => drawLane(canvas, lane, AXIS_HEIGHT + at * frame.lane_height, frame, palette));
  drawMarker(canvas, frame, height, palette);
}

/** Text grows with the page where that is read from afar. */
function fontOf(size_px: number, palette: (name: string) => string): string {
  const scale = Number(palette('--scale'));
  return `${size_px * (scale > 0 ? scale : 1)}px system-ui, sans-serif`;
}

function xOf(frame: Frame, instant_ms: number): number {
  return ((instant_ms - frame.from_ms) / (frame.until_ms - frame.from_ms)) * frame.width;
}

function drawAxis(canvas: CanvasRenderingContext2D, frame: Frame, height: number, palette: (name: string) => string): void {
  const ticks = axisTicks(frame.from_ms, frame.until_ms, Math.max(2, Math.floor(frame.width / TICK_WIDTH)));
  for (const tick of ticks) {
    const x = Math.round(xOf(frame, tick)) + 0.5;
    canvas.strokeStyle = palette('--line-soft');
    canvas.beginPath();
    canvas.moveTo(x, AXIS_HEIGHT - 6);
    canvas.lineTo(x, height);
    canvas.stroke();
    const text = tick === 0 ? '0' : roundDuration(tick);
    const text_width = canvas.measureText(text).width;
    canvas.fillStyle = palette('--text-soft');
    canvas.fillText(text, Math.min(frame.width - text_width - 2, Math.max(2, x - text_width / 2)), AXIS_HEIGHT / 2 - 2);
  }
}

/** Ticks are round numbers; their zeros say nothing. */
function roundDuration(ms: number): string {
  return formatDuration(ms).replace(/ 00.[sm]$/, '').replace('.0', '');
}

interface JoinedPixel {
  x: number;
  weight: number;
  fill: string;
}

function drawLane(canvas: CanvasRenderingContext2D, lane: PaintedLane, top: number, frame: Frame, palette: (name: string) => string): void {
  const inset = frame.lane_height > 14 ? 3 : 1;
  const span_height = frame.lane_height - inset * 2;
  const fillPixel = (pixel: JoinedPixel | null): void => {
    if (pixel === null) return;
    canvas.fillStyle = palette(`--fill-${pixel.fill}`);
    canvas.fillRect(pixel.x, top + inset, 1, span_height);
  };
  canvas.fillStyle = palette('--line-soft');
  const lane_end = Math.min(frame.width, xOf(frame, frame.wall_ms));
  const lane_start = Math.max(0, xOf(frame, 0));
  canvas.fillRect(lane_start, top + frame.lane_height / 2 - 0.5, Math.max(0, lane_end - lane_start), 1);
  let joined: JoinedPixel | null = null;
  for (let at = firstSpanAfter(lane.lane.spans, frame.from_ms); at < lane.spans.length; at += 1) {
    const painted = lane.spans[at];
    if (painted === undefined || painted.span.start_ms > frame.until_ms) break;
    const x = Math.max(-2, xOf(frame, painted.span.start_ms));
    const end = Math.min(frame.width + 2, xOf(frame, painted.span.end_ms));
    if (end - x < 1.5) {
      const pixel = Math.floor(x);
      const same: boolean = joined?.x === pixel;
      if (!same) fillPixel(joined);
      if (!same || joined === null || painted.weight > joined.weight) joined = { x: pixel, weight: painted.weight, fill: painted.fill };
      continue;
    }
    fillPixel(joined);
    joined = null;
    drawSpan(canvas, painted, x, top + inset, end - x, span_height, frame, palette);
  }
  fillPixel(joined);
}

function drawSpan(
  canvas: CanvasRenderingContext2D, painted: PaintedSpan, x: number, y: number, width: number, height: number, frame: Frame, palette: (name: string) => string,
): void {
  const color = palette(`--fill-${painted.fill}`);
  // A hair of space keeps neighbours apart once there is room for it.
  const shown = width > 4 ? width - 1 : width;
  canvas.fillStyle = color;
  canvas.beginPath();
  canvas.roundRect(x, y, shown, height, Math.min(3, shown / 2));
  canvas.fill();
  if (painted.span === frame.highlighted) {
    canvas.strokeStyle = palette('--text');
    canvas.lineWidth = 2;
    canvas.stroke();
    canvas.lineWidth = 1;
  }
  if (shown < LABEL_WIDTH_MIN || height < 16 || painted.span.label === '') return;
  canvas.save();
  canvas.clip();
  canvas.fillStyle = readableOn(color);
  canvas.font = fontOf(11.5, palette);
  canvas.fillText(painted.span.label, Math.max(x, 0) + 6, y + height / 2 + 0.5);
  canvas.restore();
}

function drawMarker(canvas: CanvasRenderingContext2D, frame: Frame, height: number, palette: (name: string) => string): void {
  if (frame.lower_bound_ms <= 0 || frame.lower_bound_ms < frame.from_ms || frame.lower_bound_ms > frame.until_ms) return;
  const x = Math.round(xOf(frame, frame.lower_bound_ms)) + 0.5;
  canvas.strokeStyle = palette('--accent');
  canvas.lineWidth = 2;
  canvas.setLineDash([5, 4]);
  canvas.beginPath();
  canvas.moveTo(x, AXIS_HEIGHT - 8);
  canvas.lineTo(x, height);
  canvas.stroke();
  canvas.setLineDash([]);
  canvas.lineWidth = 1;
}

/** Black or white, whichever stands out more on a #rrggbb colour; the better one always reaches a contrast of 4.5. */
export function readableOn(color: string): string {
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * (channels[0] ?? 0) + 0.7152 * (channels[1] ?? 0) + 0.0722 * (channels[2] ?? 0);
  return luminance > 0.179 ? '#000000' : '#ffffff';
}
