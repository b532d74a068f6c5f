// The jobs of the server: submit one, and see how the others stand.
import { useCallback, useMemo, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import { formatPlace } from '../../model/place';
import { navigate } from '../../ui/navigation';
import { JobForm, type NewJob } from '../../views/dashboard/job_form';
import { JobTable } from '../../views/dashboard/job_table';
import { ProblemNote } from '../../views/dashboard/notes';
import { PageHead } from '../../views/dashboard/page_head';
import type { PageProps } from './page_props';
import { useInSight } from './use_loaded';
import { usePages } from './use_pages';

const PAGE_ROWS = 100;
const EVERY_MS = 4_000;

export function JobsRoute({ api, session, announce }: PageProps): React.ReactNode {
  const jobs = usePages('jobs', (before, signal) => api.jobs(PAGE_ROWS, before, signal));
  const [submitting, setSubmitting] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const processors = useMemo(() => [...new Set(jobs.rows.map((job) => job.processor).filter((name) => name !== ''))].sort(), [jobs.rows]);
  // The newest ones are brought up to date; what stands further down has changed less.
  const { change } = jobs;
  const refresh = useCallback(() => {
    api.jobs(PAGE_ROWS, null).then((part) => change((rows) => [...part.rows, ...rows.filter((old) => part.rows.every((job) => job.job_id !== old.job_id))]), () => undefined);
  }, [api, change]);
  useInSight(EVERY_MS, refresh);
  const submit = (job: NewJob): void => {
    setSubmitting(true);
    setRefused(null);
    api.submitJob(job.file, job.processor).then(
      (id) => {
        announce(`Job ${id} is submitted`);
        navigate(formatPlace({ page: 'job', job: id }));
      },
      (fault: unknown) => setRefused(asProblem(fault)),
    ).finally(() => setSubmitting(false));
  };
  return (
    <>
      <PageHead title="Jobs" note="Long work of a backend, followed until it ends." />
      {refused !== null && <ProblemNote title="The job was not taken" detail={refused.message} faults={refused.faults} />}
      {session !== null && reaches(session.role, 'runner') && <JobForm submit={submit} submitting={submitting} processors={processors} />}
      {jobs.problem !== null && <ProblemNote title={jobs.problem.title} detail={jobs.problem.message} retry={jobs.reload} />}
      <JobTable jobs={jobs.rows} loadMore={jobs.loadMore} busy={jobs.loading} empty={jobs.loading ? 'Loading the jobs…' : 'There are no jobs yet.'} />
    </>
  );
}
