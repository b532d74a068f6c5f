import { Alert, App, Button, Card, Result, Skeleton, Tag, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { cancel_job, is_final, type ApiError, type Job, type Status } from './api';
import { JobProgress } from './job_progress';
import { ResultTable } from './result_table';
import { useJob } from './use_job';

const colours: Record<Status, string> = {
  PENDING: 'default',
  QUEUED: 'default',
  INITIALIZING: 'processing',
  RUNNING: 'processing',
  COMPLETED: 'success',
  FAILED: 'error',
  CANCELLED: 'default',
  LOST: 'warning',
};

function CancelButton({ job }: { job: Job }) {
  const { message } = App.useApp();
  const [asked, set_asked] = useState(false);
  const cancel = async () => {
    set_asked(true);
    try {
      await cancel_job(job.job_id);
    } catch (problem) {
      set_asked(false);
      message.error((problem as ApiError).message);
    }
  };
  return (
    <Button danger data-testid="cancel-button" loading={asked || job.cancel_requested} onClick={cancel}>
      Cancel
    </Button>
  );
}

// How a job ended other than well, in the backend's own words.
function Ending({ job }: { job: Job }) {
  if (job.status === 'FAILED') {
    return <Alert type="error" showIcon data-testid="analysis-error" title="The analysis failed" description={job.error} />;
  }
  if (job.status === 'LOST') {
    return <Alert type="warning" showIcon data-testid="analysis-lost" title="The analysis was lost" description={job.error} />;
  }
  if (job.status === 'CANCELLED') return <Alert type="info" showIcon data-testid="analysis-cancelled" title="The analysis was cancelled" />;
  return null;
}

export function JobPage() {
  const { job_id = '' } = useParams();
  const { job, error } = useJob(job_id);
  useEffect(() => {
    document.title = job ? `${job.file_name} · Analysis` : 'Analysis';
  }, [job?.file_name]);

  if (!job) {
    if (!error) return <Skeleton active />;
    return <Result status="warning" title={error} data-testid="job-problem" extra={<Link to="/">Analyse a file</Link>} />;
  }
  return (
    <>
      <div className="page-head">
        <div>
          <Typography.Title level={1}>{job.file_name}</Typography.Title>
          <Typography.Text type="secondary" copyable={{ text: job.job_id }} data-testid="job-id">
            {job.job_id}
          </Typography.Text>
        </div>
        {is_final(job) ? <Link to="/">Analyse another file</Link> : <CancelButton job={job} />}
      </div>
      {error && <Alert type="warning" showIcon title={`This may be out of date: ${error}`} style={{ marginBottom: 16 }} />}
      <Card
        title="Job"
        extra={
          <Tag color={colours[job.status]} data-testid="job-status" style={{ marginInlineEnd: 0 }}>
            {job.status}
          </Tag>
        }
        style={{ marginBottom: 16 }}
      >
        <Ending job={job} />
        <JobProgress job={job} />
      </Card>
      {job.result && <ResultTable result={job.result} />}
    </>
  );
}
