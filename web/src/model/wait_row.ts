// A wait as the server tells it: who waits for what, since when, until when, and what was seen so far.
import { plural } from '../text/format';
import type { Written } from './report';

export interface WaitCondition {
  name: string;
  /** job, signal or outside. */
  source: string;
  target: string;
  /** What was seen last, as the backend writes it. */
  status: string;
  over: boolean;
  outcome: string;
  message: string;
}

export interface WaitNote {
  at: string;
  what: string;
  text: string;
  excerpt: string;
}

export interface WaitRow {
  wait_id: string;
  project: string;
  name: string;
  owner: string;
  /** parked or over. */
  state: string;
  outcome: string;
  message: string;
  /** ISO 8601; `ended_at` and `next_look_at` may be empty. */
  parked_at: string;
  deadline: string;
  ended_at: string;
  next_look_at: string;
  probes: number;
  waited_ms: number;
  conditions: WaitCondition[];
  captures: Record<string, unknown>;
  notes: WaitNote[];
  excerpt: string;
}

export interface WrittenWait extends Omit<Written<WaitRow>, 'conditions' | 'captures' | 'notes'> {
  conditions?: Written<WaitCondition>[];
  captures?: Record<string, unknown>;
  notes?: Written<WaitNote>[];
}

export function readWaitRow(from: WrittenWait): WaitRow {
  return {
    wait_id: from.wait_id ?? '', project: from.project ?? '', name: from.name ?? '', owner: from.owner ?? '', state: from.state ?? '', outcome: from.outcome ?? '', message: from.message ?? '',
    parked_at: from.parked_at ?? '', deadline: from.deadline ?? '', ended_at: from.ended_at ?? '', next_look_at: from.next_look_at ?? '', probes: from.probes ?? 0, waited_ms: from.waited_ms ?? 0,
    conditions: (from.conditions ?? []).map((one) => ({
      name: one.name ?? '', source: one.source ?? '', target: one.target ?? '', status: one.status ?? '', over: one.over ?? false, outcome: one.outcome ?? '', message: one.message ?? '',
    })),
    captures: from.captures ?? {}, notes: (from.notes ?? []).map((one) => ({ at: one.at ?? '', what: one.what ?? '', text: one.text ?? '', excerpt: one.excerpt ?? '' })), excerpt: from.excerpt ?? '',
  };
}

const LABELS: Record<string, string> = { satisfied: 'satisfied', failed: 'failed', timed_out: 'timed out', lost: 'lost', cancelled: 'cancelled', invalid: 'invalid' };

export function waitStateLabel(wait: WaitRow): string {
  return wait.state === 'over' ? LABELS[wait.outcome] ?? wait.outcome : 'waiting';
}

/** Whose colours it is shown in: those of the ledger. An invalid wait was misconfigured, which is a failure of ours to say so early. */
export function waitInk(wait: WaitRow): string {
  if (wait.state !== 'over') return 'running';
  if (wait.outcome === 'satisfied') return 'passed';
  if (wait.outcome === 'invalid') return 'failed';
  return LABELS[wait.outcome] === undefined ? 'lost' : wait.outcome;
}

/** How many wait, of a list that may go on with more. */
export function openWaitsNote(rows: readonly WaitRow[], goes_on: boolean): string {
  const open = rows.filter((wait) => wait.state !== 'over').length;
  if (open === 0) return goes_on ? '' : 'Nobody waits.';
  return `${goes_on ? 'At least ' : ''}${plural(open, 'wait')}, no worker is held by any.`;
}

/** The run that waits; empty: nobody's run. */
export function runOfWait(wait: WaitRow): string {
  return wait.owner.startsWith('run ') ? wait.owner.slice(4) : '';
}

/** Signals a person may give now. */
export function openSignals(wait: WaitRow): string[] {
  return wait.state === 'over' ? [] : wait.conditions.filter((one) => one.source === 'signal' && !one.over).map((one) => one.target);
}

/** What it waits for, in one line. */
export function waitsFor(wait: WaitRow): string {
  return wait.conditions.filter((one) => !one.over || wait.state === 'over').map((one) => one.target).join(', ');
}
