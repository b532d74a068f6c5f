// One job: where it stands, what it went through, and what came of it.
import { Button } from 'antd';
import { isJobOver, jobInk, jobStatusLabel, type JobRow, type JobStep } from '../../model/job_row';
import { formatClock, formatDuration, formatInstant } from '../../text/format';
import { CodeBlock } from '../../ui/code';
import { FactList } from '../../ui/fact_list';
import { useNow } from '../../ui/use_now';
import { Progress } from './job_table';
import { StateWord } from './state_word';
import './job_page.css';

interface JobPageProps {
  job: JobRow;
  /** Null where the reader may not. */
  cancel: (() => void) | null;
}

export function JobPage({ job, cancel }: JobPageProps): React.ReactNode {
  const over = isJobOver(job);
  const now = useNow(1_000);
  const began = Date.parse(job.submitted_at);
  const took = (over ? Date.parse(job.ended_at) : now) - began;
  return (
    <>
      <header className="job-head panel">
        <div>
          <h1><StateWord word={jobStatusLabel(job.status)} ink={jobInk(job.status)} /> <span className="mono">{job.job_id}</span></h1>
          <p className="job-stands">{over ? `after ${formatDuration(Math.max(0, took))}` : <>{job.stage === '' ? 'for' : `${job.stage}, for`} {formatDuration(Math.max(0, took))}{job.cancel_asked && ', asked to stop'}</>}</p>
        </div>
        {!over && <Progress job={job} />}
        {!over && cancel !== null && <Button danger disabled={job.cancel_asked} onClick={cancel}>{job.cancel_asked ? 'Stopping…' : 'Cancel'}</Button>}
      </header>
      {(job.error !== '' || job.reason !== '') && (
        <section className="panel job-part" aria-label="Error" data-testid="analysis-error">
          <h2>{job.error === '' ? 'Why' : 'Error'}</h2>
          <CodeBlock text={[job.error, job.reason].filter((text) => text !== '').join('\n')} what="the error" />
        </section>
      )}
      {job.status === 'COMPLETED' && (
        <section className="panel job-part" aria-label="Result" data-testid="analysis-result">
          <h2>Result</h2>
          {job.result === undefined ? <p className="soft">{job.result_url === '' ? 'It has none.' : 'A file.'}</p> : <CodeBlock text={JSON.stringify(job.result, null, 2)} what="the result" />}
          {job.result_url !== '' && <p><a href={job.result_url} download>Download the result</a></p>}
        </section>
      )}
      <section className="panel job-part" aria-label="Steps">
        <h2>Steps</h2>
        <Steps steps={job.history} />
      </section>
      <section className="panel job-part" aria-label="Facts">
        <FactList
          facts={[
            { name: 'Kind', value: job.kind }, { name: 'Processor', value: job.processor === '' ? 'the application' : job.processor }, { name: 'Worked on by', value: job.executor === '' ? '–' : job.executor },
            { name: 'Submitted', value: formatInstant(began) }, ...(over ? [{ name: 'Ended', value: formatInstant(Date.parse(job.ended_at)) }] : []), ...(job.owner === '' ? [] : [{ name: 'By', value: job.owner }]), ...(job.project === '*' || job.project === '' ? [] : [{ name: 'Project', value: job.project }]), ...(job.input === null ? [] : [{ name: 'Input', value: <span className="mono">{JSON.stringify(job.input)}</span> }]), ...(job.log_url === '' ? [] : [{ name: 'Log', value: <a href={job.log_url}>its last lines</a> }]),
          ]}
        />
      </section>
    </>
  );
}

function Steps({ steps }: { steps: readonly JobStep[] }): React.ReactNode {
  if (steps.length === 0) return <p className="soft">Nothing has happened yet.</p>;
  return (
    <ol className="job-steps">
      {steps.map((step) => (
        <li key={step.seq}>
          <time className="soft" dateTime={step.at}>{formatClock(Date.parse(step.at))}</time>
          <StateWord word={jobStatusLabel(step.status)} ink={jobInk(step.status)} />
          <span>{step.stage}{step.progress !== null && <span className="soft">{step.stage !== '' && ' '}{step.progress} %</span>}</span>
        </li>
      ))}
    </ol>
  );
}
