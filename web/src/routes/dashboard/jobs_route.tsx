// The jobs of the server: submit one, and see how the others stand.
import { useCallback, useMemo, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import type { JobRow } from '../../model/job_row';
import { formatPlace } from '../../model/place';
import { navigate } from '../../ui/navigation';
import { JobForm, type NewJob } from '../../views/dashboard/job_form';
import { JobTable } from '../../views/dashboard/job_table';
import { LineBroken, ProblemNote } from '../../views/dashboard/notes';
import { PageHead } from '../../views/dashboard/page_head';
import type { PageProps } from './page_props';
import type { ListOrder } from './renew_head';
import { useRefresh } from './use_in_sight';
import { usePages } from './use_pages';

const PAGE_ROWS = 100;
const EVERY_MS = 4_000;
const ORDER: ListOrder<JobRow> = { id: (job) => job.job_id, at: (job) => job.submitted_at };

export function JobsRoute({ api, session, announce }: PageProps): React.ReactNode {
  const jobs = usePages('jobs', (before, signal) => api.jobs(PAGE_ROWS, before, signal), ORDER);
  const [submitting, setSubmitting] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const processors = useMemo(() => [...new Set(jobs.rows.map((job) => job.processor).filter((name) => name !== ''))].sort(), [jobs.rows]);
  // The newest ones are brought up to date; what stands further down has changed less.
  const { renew } = jobs;
  const broken = useRefresh(EVERY_MS, useCallback(() => api.jobs(PAGE_ROWS, null).then(renew), [api, renew]));
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
      {broken && jobs.problem === null && <LineBroken />}
      {jobs.problem !== null && <ProblemNote title={jobs.problem.title} detail={jobs.problem.message} retry={jobs.reload} />}
      <JobTable jobs={jobs.rows} loadMore={jobs.loadMore} busy={jobs.loading} empty={jobs.loading ? 'Loading the jobs…' : 'There are no jobs yet.'} />
    </>
  );
}
