// All waits of the server: those that are open first, because somebody may be asked to answer one.
import { useCallback } from 'react';
import { PageHead } from '../../views/dashboard/page_head';
import { ProblemNote } from '../../views/dashboard/notes';
import { WaitTable } from '../../views/dashboard/wait_table';
import { formatPlace } from '../../model/place';
import { SelectField } from '../../ui/fields';
import { navigate } from '../../ui/navigation';
import { useNow } from '../../ui/use_now';
import { plural } from '../../text/format';
import type { PageProps } from './page_props';
import { useInSight } from './use_loaded';
import { usePages } from './use_pages';

const PAGE_ROWS = 100;
const EVERY_MS = 3_000;
const STATES = [{ value: '', label: 'Open' }, { value: 'over', label: 'Over' }, { value: 'all', label: 'All' }];

export function WaitsRoute({ api, state }: PageProps & { state: string }): React.ReactNode {
  const now = useNow(1_000);
  const waits = usePages(`waits ${state}`, (before, signal) => api.waits(state, PAGE_ROWS, before, signal));
  const { change } = waits;
  const refresh = useCallback(() => {
    api.waits(state, PAGE_ROWS, null).then((part) => change((rows) => part.next === null ? part.rows : [...part.rows, ...rows.filter((old) => part.rows.every((wait) => wait.wait_id !== old.wait_id))]), () => undefined);
  }, [api, change, state]);
  useInSight(EVERY_MS, refresh);
  const open = waits.rows.filter((wait) => wait.state !== 'over').length;
  return (
    <>
      <PageHead title="Waits" note={waits.loading || state === 'over' ? '' : open === 0 ? 'Nobody waits.' : `${plural(open, 'wait')}, no worker is held by any.`} />
      <div className="toolbar"><SelectField label="State" choices={STATES} value={state} change={(next) => navigate(formatPlace({ page: 'waits', state: next }))} /></div>
      {waits.problem !== null && <ProblemNote title={waits.problem.title} detail={waits.problem.message} retry={waits.reload} />}
      <WaitTable waits={waits.rows} now={now} loadMore={waits.loadMore} busy={waits.loading} empty={waits.loading ? 'Loading the waits…' : state === '' ? 'Nothing is waited for.' : 'There are no waits.'} />
    </>
  );
}
