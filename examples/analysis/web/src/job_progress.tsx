import { Progress, Steps } from 'antd';
import { useEffect, useState } from 'react';
import { is_final, type Job } from './api';

const stages = [
  { name: 'DATA_FETCHING', title: 'Fetch' },
  { name: 'PARSING', title: 'Parse' },
  { name: 'COMPUTING', title: 'Compute' },
  { name: 'REPORT_WRITING', title: 'Write' },
];

const bar_status = { COMPLETED: 'success', FAILED: 'exception', LOST: 'exception' } as const;

// Seconds from one instant of the server to another, or to now while there is no other.
function span(from: string | null, to: string | null): string {
  if (!from) return 'not yet';
  const seconds = Math.max(0, (to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 1000;
  return `${seconds.toFixed(1)} s`;
}

function useTick(on: boolean) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [on]);
}

export function JobProgress({ job }: { job: Job }) {
  const over = is_final(job);
  useTick(!over);
  const at = stages.findIndex((stage) => stage.name === job.stage);
  const steps = stages.map(({ name, title }) => ({ key: name, title }));
  const ended_badly = over && job.status !== 'COMPLETED';
  return (
    <div style={{ marginTop: ended_badly ? 16 : 0 }}>
      <Progress percent={job.progress} status={bar_status[job.status as keyof typeof bar_status] ?? (over ? 'normal' : 'active')} data-testid="job-progress" />
      <div className="stages" data-testid="job-stage" data-stage={job.stage ?? ''}>
        <Steps
          size="small"
          items={steps}
          current={job.status === 'COMPLETED' ? stages.length : at}
          status={job.status === 'FAILED' || job.status === 'LOST' ? 'error' : ended_badly ? 'wait' : 'process'}
        />
      </div>
      <dl className="facts">
        <div>
          <dt>Worker</dt>
          <dd data-testid="job-worker">{job.worker ?? 'none yet'}</dd>
        </div>
        <div>
          <dt>Attempt</dt>
          <dd data-testid="job-attempt">{job.attempt || 'none yet'}</dd>
        </div>
        <div>
          <dt>{over ? 'Worked for' : 'Working for'}</dt>
          <dd>{span(job.started_at, job.ended_at)}</dd>
        </div>
        <div>
          <dt>Last sign of life</dt>
          <dd>{job.heartbeat_at ? new Date(job.heartbeat_at).toLocaleTimeString('en-GB') : 'none yet'}</dd>
        </div>
      </dl>
    </div>
  );
}
