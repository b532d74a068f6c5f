// One job, kept up to date by server-sent events. A connection that breaks is renewed by the browser; if the server
// refuses it, the status is asked for once, so that the page can say why, and later again if it was not about the job.
import { useEffect, useState } from 'react';
import { ApiError, events_address, is_final, read_job, type Job } from './api';

const retry_ms = 2000;

export function useJob(job_id: string): { job?: Job; error?: string } {
  const [state, set_state] = useState<{ job?: Job; error?: string }>({});
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    set_state({});

    const listen = () => {
      source = new EventSource(events_address(job_id));
      source.addEventListener('status', (event) => {
        const job: Job = JSON.parse((event as MessageEvent<string>).data);
        set_state({ job });
        if (is_final(job)) source?.close();
      });
      source.onerror = () => {
        if (source?.readyState === EventSource.CLOSED) void ask();
      };
    };
    const ask = async () => {
      const answer = await read_job(job_id).then(
        (job) => ({ job }),
        (error: ApiError) => ({ error }),
      );
      if (left) return;
      if ('job' in answer) set_state(answer);
      else set_state((before) => ({ ...before, error: answer.error.message }));
      const over = 'job' in answer ? is_final(answer.job) : answer.error.status === 404;
      if (!over) timer = setTimeout(listen, retry_ms);
    };

    listen();
    return () => {
      left = true;
      source?.close();
      clearTimeout(timer);
    };
  }, [job_id]);
  return state;
}
