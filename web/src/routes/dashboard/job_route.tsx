// The page of one job; every step that the server tells of brings it up to date.
import { useEffect, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import { isJobOver, jobStatusLabel } from '../../model/job_row';
import { ConfirmDialog } from '../../views/dashboard/confirm_dialog';
import { JobPage } from '../../views/dashboard/job_page';
import { ProblemNote } from '../../views/dashboard/notes';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

/** While the server's line is broken. */
const EVERY_MS = 5_000;

export function JobRoute({ api, session, announce, job }: PageProps & { job: string }): React.ReactNode {
  const loaded = useLoaded(`job ${job}`, (signal) => api.job(job, signal), EVERY_MS);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const { value, problem, reload } = loaded;
  const over = value !== null && isJobOver(value);
  // A job that nobody knows has no line to follow.
  const known = value !== null;
  useEffect(() => over || !known ? undefined : api.followJob(job, reload), [api, job, reload, over, known]);
  const status = value === null ? '' : jobStatusLabel(value.status);
  useEffect(() => {
    if (over) announce(`Job ${job} ${status}`);
  }, [over, job, status, announce]);
  const cancel = (): void => {
    setAsking(false);
    api.cancelJob(job).then(reload, (fault: unknown) => setRefused(asProblem(fault)));
  };
  const may = session !== null && reaches(session.role, 'runner');
  return (
    <>
      {problem !== null && <ProblemNote title={problem.status === 404 ? 'There is no such job' : problem.title} detail={problem.message} {...(problem.status === 404 ? {} : { retry: reload })} />}
      {refused !== null && <ProblemNote title="The job was not cancelled" detail={refused.message} />}
      {value === null ? problem === null && <p className="data-empty" role="status">Loading the job…</p> : <JobPage job={value} cancel={may ? () => setAsking(true) : null} />}
      {asking && <ConfirmDialog title="Cancel this job?" text="Who works on it is asked to stop, and is stopped when it does not." act="Cancel job" confirm={cancel} close={() => setAsking(false)} />}
    </>
  );
}
