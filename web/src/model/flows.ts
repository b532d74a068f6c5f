// Flows of a run: tests and waits that are one entry of the ledger together. Their tests stand in the report as all others do, but are no
// entries: whatever adds up to what was planned counts entries.
import { OUTCOMES, isSettled, needsAttention, outcomeOf, outcomeOfWord, severity, type Outcome } from './outcome';
import type { FlowPhaseView, FlowView, ReportView, TestView } from './report';
import { formatDuration } from '../text/format';

type Entries = Pick<ReportView, 'tests'> & { run: Pick<ReportView['run'], 'flows'> };

export function isEntry(test: TestView): boolean {
  return test.flow < 0;
}

/** Flows, and tests that belong to none. */
export function entryCount({ tests, run }: Entries): number {
  return run.flows.length === 0 ? tests.length : run.flows.length + tests.reduce((count, test) => isEntry(test) ? count + 1 : count, 0);
}

/** How many entries have no word in the ledger yet. */
export function pendingEntries({ tests, run }: Entries): number {
  const of_tests = tests.reduce((count, test) => !isEntry(test) || isSettled(outcomeOf(test)) ? count : count + 1, 0);
  return run.flows.reduce((count, flow) => isSettled(outcomeOfWord(flow.outcome)) ? count : count + 1, of_tests);
}

/** Whether an outcome is that of flows alone, so that a list of tests would not show who has it. */
export function isOfFlowsOnly({ tests, run }: Entries, outcomes: readonly Outcome[]): boolean {
  return run.flows.some((flow) => outcomes.includes(outcomeOfWord(flow.outcome))) && !tests.some((test) => isEntry(test) && outcomes.includes(outcomeOf(test)));
}

/** Worst first, else in the order of the plan. */
export function flowOrder(flows: readonly FlowView[]): FlowView[] {
  return [...flows].sort((a, b) => severity(outcomeOfWord(a.outcome)) - severity(outcomeOfWord(b.outcome)));
}

export interface FlowPlace {
  flow: string;
  phase: string;
}

/** Where a test stands; null: in no flow. */
export function flowPlace(flows: readonly FlowView[], test: TestView, index: number): FlowPlace | null {
  const flow = flows[test.flow];
  if (flow === undefined) return null;
  return { flow: flow.name, phase: flow.phases.find((phase) => phase.tests.includes(index))?.name ?? '' };
}

const PHASE_WORDS: Record<string, string> = { satisfied: 'satisfied', skipped: 'skipped', failed: 'failed', timed_out: 'timed out', lost: 'lost', cancelled: 'cancelled', never_ran: 'never ran', invalid: 'invalid' };

/** `over`: the flow has ended, and what has not begun will not. An unknown word comes from a newer writer and is shown as it is. */
export function phaseWord(phase: FlowPhaseView, over = false): string {
  if (phase.outcome === '') return over ? 'never ran' : 'not begun';
  if (phase.outcome === 'open') return phase.wait ? 'waiting' : 'running';
  return phase.outcome === 'satisfied' && !phase.wait ? 'passed' : PHASE_WORDS[phase.outcome] ?? phase.outcome;
}

/** Whose colours it is shown in: those of the ledger. */
export function phaseInk(phase: FlowPhaseView, over = false): Outcome {
  if (phase.outcome === '') return over ? 'never_ran' : 'pending';
  if (phase.outcome === 'open') return 'running';
  if (phase.outcome === 'satisfied') return 'passed';
  if (phase.outcome === 'invalid') return 'failed';
  return OUTCOMES.find((outcome) => outcome === phase.outcome) ?? 'lost';
}

/** A wait that is parked, by its places in the report. */
export interface ParkedWait {
  flow: number;
  phase: number;
  since_ms: number;
  /** From the run's start: its own timeout, or its flow's limit where that comes first. 0: an older run, which does not know it. */
  deadline_ms: number;
}

/** The one whose deadline comes first stands first; then those that wait longest. */
export function parkedWaits(flows: readonly FlowView[]): ParkedWait[] {
  const parked = flows.flatMap((flow, at) => flow.phases.flatMap((phase, number) => phase.wait && phase.outcome === 'open' ? [{ flow: at, phase: number, since_ms: phase.started_ms, deadline_ms: phase.deadline_ms }] : []));
  const end = (wait: ParkedWait): number => wait.deadline_ms === 0 ? Number.MAX_SAFE_INTEGER : wait.deadline_ms;
  return parked.sort((a, b) => end(a) - end(b) || a.since_ms - b.since_ms);
}

/** Bad flows that no bad test of theirs tells of: a wait ended them, most often. By their places. */
export function untoldFlows({ tests, run }: Entries): number[] {
  const told = new Set(tests.flatMap((test) => test.flow >= 0 && tells(test) ? [test.flow] : []));
  return run.flows.flatMap((flow, at) => needsAttention(outcomeOfWord(flow.outcome)) && !told.has(at) ? [at] : []);
}

function tells(test: TestView): boolean {
  const outcome = outcomeOf(test);
  return needsAttention(outcome) && outcome !== 'never_ran' && outcome !== 'cancelled';
}

export function untilDeadline(left_ms: number): string {
  return left_ms <= 0 ? 'its deadline has passed' : `at most ${formatDuration(left_ms)} more`;
}

export function untilLook(left_ms: number): string {
  return left_ms <= 0 ? 'looking' : `next look in ${formatDuration(left_ms)}`;
}
