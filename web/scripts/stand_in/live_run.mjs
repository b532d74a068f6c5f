// The one run that goes on: its clock, its patches and who listens to them.
import { makeSchedule, patchBetween, reportAt } from './schedule.mjs';
import { describe, reportOf, rowAt } from './runs.mjs';

const PATCHES_KEPT = 200;

export class LiveRun {
  constructor(number, planned, started_ms, workers) {
    this.run = { ...describe(number, planned, started_ms), bad: 0.012, special: '', project: 'storefront', branch: 'feature/voucher-rounding', worker_names: Array.from({ length: workers }, (_, at) => `ci-${1 + (at % 3)}/${1 + Math.floor(at / 3)}`) };
    this.schedule = makeSchedule(this.run);
    this.at_ms = 0;
    this.seq = 0;
    this.patches = [];
    this.listeners = new Set();
    this.cancelled = false;
  }

  get ended() {
    return this.cancelled || this.at_ms >= this.schedule.end_ms;
  }

  get row() {
    if (!this.ended) return rowAt(this.run, this.schedule, this.at_ms, 'running');
    return rowAt(this.run, this.schedule, this.at_ms, this.cancelled ? 'cancelled' : undefined);
  }

  report() {
    return this.cancelled ? this.cancelledReport() : reportAt(this.schedule, this.at_ms, this.row);
  }

  cancelledReport() {
    const report = reportAt(this.schedule, this.at_ms, this.row);
    report.ledger = this.row.ledger;
    for (const test of report.tests) {
      if (test.outcome === 'running' || test.outcome === 'pending') Object.assign(test, { outcome: 'never_ran', reason: 'the run was cancelled' });
    }
    return report;
  }

  advance(ms) {
    if (this.ended) return;
    const from_ms = this.at_ms;
    this.at_ms = Math.min(this.schedule.end_ms, from_ms + ms);
    this.seq += 1;
    const { verdict, headline, exit_code, wall_ms, workers, attempts } = this.row;
    const patch = patchBetween(this.schedule, this.seq, from_ms, this.at_ms, { verdict, headline, exit_code, wall_ms, workers, attempts });
    this.patches.push(patch);
    if (this.patches.length > PATCHES_KEPT) this.patches.shift();
    for (const send of this.listeners) send('patch', patch, this.seq);
    if (this.ended) this.finish();
  }

  /** What every worker is at, for who has just come: the first patch names them all. */
  present() {
    return { ...patchBetween(this.schedule, 1, -1, this.at_ms, {}), seq: this.seq, tests: [] };
  }

  cancel() {
    this.cancelled = true;
    this.finish();
  }

  finish() {
    for (const send of this.listeners) send('end', {}, this.seq);
    this.listeners.clear();
  }
}

/** The report of a run of the list, whether it goes on or not. */
export function servedReport(entry) {
  return entry instanceof LiveRun ? entry.report() : reportOf(entry);
}
