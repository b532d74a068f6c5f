// The page of one wait, with the answer a person may give.
import { useEffect, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import { waitStateLabel } from '../../model/wait_row';
import { useNow } from '../../ui/use_now';
import { ConfirmDialog } from '../../views/dashboard/confirm_dialog';
import { ProblemNote } from '../../views/dashboard/notes';
import { WaitPage, type Decision } from '../../views/dashboard/wait_page';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

const EVERY_MS = 1_500;

export function WaitRoute({ api, session, announce, wait }: PageProps & { wait: string }): React.ReactNode {
  const now = useNow(1_000);
  const [over, setOver] = useState(false);
  const { value, problem, reload } = useLoaded(`wait ${wait}`, (signal) => api.wait(wait, signal), over ? 0 : EVERY_MS);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  if (value !== null && (value.state === 'over') !== over) setOver(value.state === 'over');
  // The line of the page that counts the seconds is not read out; its end is.
  const ended = value?.state === 'over' ? `${value.name === '' ? wait : value.name}: ${waitStateLabel(value)}` : '';
  useEffect(() => {
    if (ended !== '') announce(ended);
  }, [ended, announce]);
  const act = (work: Promise<void>, done: string): void => {
    setBusy(true);
    setRefused(null);
    work.then(() => announce(done), (fault: unknown) => setRefused(asProblem(fault))).finally(() => {
      setBusy(false);
      reload();
    });
  };
  // The comment is sent also when it is empty: a wait that captures it would be invalid without.
  const decide = (key: string, decision: Decision, comment: string): void => act(api.signal(key, value?.project ?? '', { decision, comment }), `${key} ${decision}`);
  const may = session !== null && reaches(session.role, 'runner');
  return (
    <>
      {problem !== null && <ProblemNote title={problem.status === 404 ? 'There is no such wait' : problem.title} detail={problem.message} {...(problem.status === 404 ? {} : { retry: reload })} />}
      {refused !== null && <ProblemNote title="That was not taken" detail={refused.message} />}
      {value === null ? problem === null && <p className="data-empty" role="status">Loading the wait…</p> : <WaitPage wait={value} now={now} decide={may ? decide : null} cancel={may ? () => setAsking(true) : null} busy={busy} />}
      {asking && (
        <ConfirmDialog
          title="Cancel this wait?" text="Who waits is told that it was cancelled; what is waited for goes on by itself." act="Cancel wait" close={() => setAsking(false)}
          confirm={() => {
            setAsking(false);
            act(api.cancelWait(wait), 'The wait is cancelled');
          }}
        />
      )}
    </>
  );
}
