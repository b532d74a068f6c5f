// An agent as the server lists them: a process on a machine that owns workers.
import type { Written } from './report';

export interface AgentRow {
  agent: string;
  machine: string;
  platform: string;
  tamarack: string;
  workers: number;
  labels: Record<string, string>;
  /** idle, working or away. */
  state: string;
  run_id: string;
  /** How long ago it was heard. */
  last_seen_ms: number;
  load_percent: number;
  memory_free_mb: number;
  draining: boolean;
}

export interface WrittenAgent extends Written<Omit<AgentRow, 'labels'>> {
  labels?: Record<string, string>;
}

export function readAgentRow(from: WrittenAgent): AgentRow {
  return {
    agent: from.agent ?? '', machine: from.machine ?? '', platform: from.platform ?? '', tamarack: from.tamarack ?? '', workers: from.workers ?? 0,
    labels: from.labels ?? {}, state: from.state ?? '', run_id: from.run_id ?? '', last_seen_ms: from.last_seen_ms ?? 0, load_percent: from.load_percent ?? 0,
    memory_free_mb: from.memory_free_mb ?? 0, draining: from.draining ?? false,
  };
}

export type AgentState = 'working' | 'idle' | 'draining' | 'away';

/** An unknown state comes from a newer server; it is not taken for one that works. */
export function agentState(agent: AgentRow): AgentState {
  if (agent.state !== 'working' && agent.state !== 'idle') return 'away';
  return agent.draining ? 'draining' : agent.state;
}

const RANK: Record<AgentState, number> = { away: 0, draining: 1, working: 2, idle: 3 };

/** Those that need a look first. */
export function listAgents(agents: readonly AgentRow[]): AgentRow[] {
  return [...agents].sort((a, b) => RANK[agentState(a)] - RANK[agentState(b)] || a.agent.localeCompare(b.agent, 'en', { numeric: true }));
}
