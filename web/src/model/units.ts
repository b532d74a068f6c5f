// Units against their estimates: how well the plan knew what it was about to run.
import type { UnitView } from './report';

/** Within this factor of the estimate, either way, a prediction counts as good. */
const GOOD_FACTOR = 1.25;

export interface EstimateSummary {
  estimated: number;
  good: number;
}

/** Actual over estimate; null when either is unknown. */
export function estimateRatio(unit: UnitView): number | null {
  return unit.estimate_ms > 0 && unit.duration_ms > 0 ? unit.duration_ms / unit.estimate_ms : null;
}

export function summariseEstimates(units: readonly UnitView[]): EstimateSummary {
  const ratios = units.map(estimateRatio).filter((ratio) => ratio !== null);
  return { estimated: ratios.length, good: ratios.filter((ratio) => ratio <= GOOD_FACTOR && ratio >= 1 / GOOD_FACTOR).length };
}

export function isGoodEstimate(ratio: number): boolean {
  return ratio <= GOOD_FACTOR && ratio >= 1 / GOOD_FACTOR;
}
