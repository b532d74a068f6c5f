// The agents, asked for again and again; admins may drain them.
import { useMemo, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import { listAgents, type AgentRow } from '../../model/agent_row';
import { AgentTable } from '../../views/dashboard/agent_table';
import { ProblemNote } from '../../views/dashboard/notes';
import { PageHead } from '../../views/dashboard/page_head';
import { plural } from '../../text/format';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

const EVERY_MS = 4_000;

export function AgentsRoute({ api, session, announce }: PageProps): React.ReactNode {
  const agents = useLoaded('agents', (signal) => api.agents(signal), EVERY_MS);
  const [changing, setChanging] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const rows = useMemo(() => listAgents(agents.value ?? []), [agents.value]);
  const drain = (agent: AgentRow): void => {
    setChanging((before) => new Set([...before, agent.agent]));
    setRefused(null);
    api.drain(agent.agent, !agent.draining).then(
      () => announce(agent.draining ? `${agent.agent} takes runs again` : `${agent.agent} takes no new run`),
      (fault: unknown) => setRefused(asProblem(fault)),
    ).finally(() => {
      setChanging((before) => new Set([...before].filter((name) => name !== agent.agent)));
      agents.reload();
    });
  };
  const waiting = agents.value === null;
  const workers = rows.filter((agent) => agent.state !== 'away').reduce((sum, agent) => sum + agent.workers, 0);
  return (
    <>
      <PageHead title="Agents" note={waiting ? '' : `${plural(rows.length, 'agent')} with ${plural(workers, 'worker')}`} />
      {agents.problem !== null && <ProblemNote title={agents.problem.title} detail={agents.problem.message} retry={agents.reload} />}
      {refused !== null && <ProblemNote title="The agent was not changed" detail={refused.message} />}
      <AgentTable
        agents={rows} drain={session !== null && reaches(session.role, 'admin') ? drain : null} changing={changing}
        empty={waiting ? 'Loading the agents…' : <>No agent is here. <code>tamarack agent --server {window.location.origin}</code> brings one.</>}
      />
    </>
  );
}
