// The agents: who they are, what they are at, and whether they may take more.
import { Button } from 'antd';
import { agentState, type AgentRow, type AgentState } from '../../model/agent_row';
import { formatPlace } from '../../model/place';
import { formatAgo, formatBytes, plural } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import './agent_table.css';

interface AgentTableProps {
  agents: readonly AgentRow[];
  /** Null where the reader may not. */
  drain: ((agent: AgentRow) => void) | null;
  /** Names of agents whose change is under way. */
  changing: ReadonlySet<string>;
  empty: React.ReactNode;
}

const STATES: Record<AgentState, string> = { working: 'working', idle: 'idle', draining: 'draining', away: 'away' };

export function AgentTable({ agents, drain, changing, empty }: AgentTableProps): React.ReactNode {
  const button = (agent: AgentRow): React.ReactNode => drain !== null && (
    <Button size="small" loading={changing.has(agent.agent)} onClick={() => drain(agent)} aria-label={agent.draining ? `Let ${agent.agent} take runs again` : `Drain ${agent.agent}`} title={agent.draining ? undefined : 'It ends what it is at and takes no new run'}>
      {agent.draining ? 'Resume' : 'Drain'}
    </Button>
  );
  const columns: readonly Column<AgentRow>[] = [
    { name: 'agent', title: 'Agent', width: 'minmax(180px, 3fr)', render: (agent) => <span className="cell-two"><b className="agent-name">{agent.agent}</b><span title={agent.machine}>{agent.machine}</span></span> },
    { name: 'state', title: 'State', width: 'minmax(190px, 3fr)', render: (agent) => <StateOf agent={agent} /> },
    { name: 'labels', title: 'Labels', width: 'minmax(120px, 3fr)', from_px: 1000, render: (agent) => <Labels labels={agent.labels} /> },
    { name: 'load', title: 'Load', width: '130px', from_px: 900, align: 'right', render: (agent) => <Load agent={agent} /> },
    { name: 'memory', title: 'Free memory', width: '110px', align: 'right', from_px: 1200, render: (agent) => agent.memory_free_mb > 0 ? formatBytes(agent.memory_free_mb * 1_048_576) : '–' },
    { name: 'version', title: 'Tamarack', width: '130px', from_px: 1200, render: (agent) => <span className="cell-two"><span>{agent.tamarack}</span><span>{agent.platform}</span></span> },
    { name: 'seen', title: 'Last seen', width: '96px', align: 'right', render: (agent) => formatAgo(agent.last_seen_ms) },
    ...(drain === null ? [] : [{ name: 'drain', title: '', width: '84px', align: 'right' as const, render: button }]),
  ];
  const narrow = (agent: AgentRow): React.ReactNode => (
    <span className="agent-narrow">
      <span className="cell-one"><b className="agent-name">{agent.agent}</b> <span className="soft">{agent.machine}</span></span>
      <span className="agent-narrow-line"><StateOf agent={agent} />{button(agent)}</span>
      <span className="agent-narrow-line soft"><Labels labels={agent.labels} /><span>{formatAgo(agent.last_seen_ms)}</span></span>
    </span>
  );
  return <DataTable<AgentRow> label="Agents" columns={columns} rows={agents} rowKey={(agent) => agent.agent} row_px={58} narrow={{ row_px: 112, render: narrow }} empty={empty} />;
}

function StateOf({ agent }: { agent: AgentRow }): React.ReactNode {
  const state = agentState(agent);
  return (
    <span className="cell-two">
      <span><span className={`agent-dot agent-${state}`} aria-hidden="true" />{STATES[state]} <span className="soft">{plural(agent.workers, 'worker')}</span></span>
      {agent.run_id !== '' && <Link className="mono" to={formatPlace({ page: 'run', run: agent.run_id })}>{agent.run_id}</Link>}
    </span>
  );
}

function Labels({ labels }: { labels: Record<string, string> }): React.ReactNode {
  const entries = Object.entries(labels);
  return <span className="agent-labels">{entries.length === 0 ? <span className="soft">none</span> : entries.map(([name, value]) => <span key={name} className="label">{name}={value}</span>)}</span>;
}

/** The bar is full where every worker keeps a processor busy. */
function Load({ agent }: { agent: AgentRow }): React.ReactNode {
  const share = Math.min(1, agent.load_percent / 100);
  return <span className="agent-load"><span className="rate-bar" aria-hidden="true"><span style={{ width: `${share * 100}%`, background: share > 0.95 ? 'var(--fill-timed_out)' : 'var(--fill-running)' }} /></span><span>{agent.load_percent} %</span></span>;
}
