// Steps of an attempt as a waterfall: where each bar begins and ends within the attempt, and how deep it is nested.
import type { AttemptView, StepView } from './report';

export interface WaterfallRow {
  step: StepView;
  /** From the start of the attempt. */
  offset_ms: number;
  depth: number;
  /** Begin and length of the bar as parts of the whole, 0 to 1. */
  begin: number;
  length: number;
}

const DEPTH_MAX = 5;

export function waterfall(attempt: AttemptView): WaterfallRow[] {
  const end = attempt.steps.reduce((last, step) => Math.max(last, step.started_ms + step.duration_ms), attempt.started_ms + attempt.duration_ms);
  const whole = Math.max(1, end - attempt.started_ms);
  const open: { end: number; duration: number }[] = [];
  return attempt.steps.map((step) => {
    const step_end = step.started_ms + step.duration_ms;
    // A step lies inside an earlier one when it ends no later and is shorter; equal spans are neighbours, not parent and child.
    while (open.length > 0) {
      const parent = open[open.length - 1];
      if (parent !== undefined && step.started_ms < parent.end && step_end <= parent.end && step.duration_ms < parent.duration) break;
      open.pop();
    }
    const depth = Math.min(open.length, DEPTH_MAX);
    open.push({ end: step_end, duration: step.duration_ms });
    const offset_ms = Math.max(0, step.started_ms - attempt.started_ms);
    return { step, offset_ms, depth, begin: offset_ms / whole, length: step.duration_ms / whole };
  });
}
