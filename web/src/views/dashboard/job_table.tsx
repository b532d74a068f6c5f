// The jobs of the server, newest first.
import { isJobOver, jobInk, jobStatusLabel, jobWords, type JobRow } from '../../model/job_row';
import { formatPlace } from '../../model/place';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { TimeAgo } from '../../ui/time_ago';
import { StateWord } from './state_word';
import './job_table.css';

interface JobTableProps {
  jobs: readonly JobRow[];
  loadMore: (() => void) | null;
  busy: boolean;
  empty: React.ReactNode;
}

export function JobTable({ jobs, loadMore, busy, empty }: JobTableProps): React.ReactNode {
  const state = (job: JobRow): React.ReactNode => <StateWord word={jobStatusLabel(job.status)} ink={jobInk(job.status)} />;
  const link = (job: JobRow): React.ReactNode => <Link className="row-link mono cell-one" to={formatPlace({ page: 'job', job: job.job_id })}>{job.job_id}</Link>;
  const columns: readonly Column<JobRow>[] = [
    { name: 'status', title: 'Status', width: '120px', render: state },
    { name: 'job', title: 'Job', width: 'minmax(200px, 3fr)', render: (job) => <span className="cell-two">{link(job)}<span>{kindOf(job)}</span></span> },
    { name: 'stage', title: 'Stage', width: 'minmax(140px, 3fr)', render: (job) => <span className="cell-one" title={jobWords(job)}>{jobWords(job)}</span> },
    { name: 'progress', title: 'Progress', width: '150px', from_px: 900, render: (job) => <Progress job={job} /> },
    ...(jobs.some((job) => projectOf(job) !== '') ? [{ name: 'project', title: 'Project', width: 'minmax(90px, 1fr)', from_px: 1100, render: projectOf }] : []),
    { name: 'at', title: 'Submitted', width: '120px', align: 'right', render: (job) => <TimeAgo at={job.submitted_at} /> },
  ];
  const narrow = (job: JobRow): React.ReactNode => (
    <span className="job-narrow">
      <span className="job-narrow-line">{state(job)}<TimeAgo at={job.submitted_at} /></span>
      {link(job)}
      <span className="job-narrow-line soft"><span className="cell-one">{jobWords(job) === '' ? kindOf(job) : jobWords(job)}</span><Progress job={job} /></span>
    </span>
  );
  return <DataTable<JobRow> label="Jobs" columns={columns} rows={jobs} rowKey={(job) => job.job_id} row_px={58} narrow={{ row_px: 104, render: narrow }} loadMore={loadMore} busy={busy} empty={empty} />;
}

function kindOf(job: JobRow): string {
  return job.processor === '' ? `${job.kind}, reported by the application` : job.kind === job.processor ? job.processor : `${job.kind} by ${job.processor}`;
}

function projectOf(job: JobRow): string {
  return job.project === '*' ? '' : job.project;
}

/** Of a job that has ended it is where it stopped; one that has completed is through, whatever was said last. */
export function Progress({ job }: { job: JobRow }): React.ReactNode {
  const percent = job.progress;
  if (percent === null || job.status === 'COMPLETED') return <span className="soft">–</span>;
  return (
    <span className="job-progress">
      <span className="rate-bar" role="progressbar" aria-label="Progress" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}><span style={{ width: `${Math.min(100, percent)}%`, background: `var(--fill-${isJobOver(job) ? jobInk(job.status) : 'running'})` }} /></span>
      <span>{percent} %</span>
    </span>
  );
}
