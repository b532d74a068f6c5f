// All waits of the server: those that are open first, because somebody may be asked to answer one.
import { useCallback } from 'react';
import { PageHead } from '../../views/dashboard/page_head';
import { LineBroken, ProblemNote } from '../../views/dashboard/notes';
import { WaitTable } from '../../views/dashboard/wait_table';
import { formatPlace } from '../../model/place';
import { openWaitsNote, type WaitRow } from '../../model/wait_row';
import { SelectField } from '../../ui/fields';
import { navigate } from '../../ui/navigation';
import { useNow } from '../../ui/use_now';
import type { PageProps } from './page_props';
import type { ListOrder } from './renew_head';
import { useRefresh } from './use_in_sight';
import { usePages } from './use_pages';

const PAGE_ROWS = 100;
const EVERY_MS = 3_000;
const ORDER: ListOrder<WaitRow> = { id: (wait) => wait.wait_id, at: (wait) => wait.parked_at };
const STATES = [{ value: '', label: 'Open' }, { value: 'over', label: 'Over' }, { value: 'all', label: 'All' }];

export function WaitsRoute({ api, state }: PageProps & { state: string }): React.ReactNode {
  const now = useNow(1_000);
  const waits = usePages(`waits ${state}`, (before, signal) => api.waits(state, PAGE_ROWS, before, signal), ORDER);
  const { renew } = waits;
  const broken = useRefresh(EVERY_MS, useCallback(() => api.waits(state, PAGE_ROWS, null).then(renew), [api, renew, state]));
  return (
    <>
      <PageHead title="Waits" note={waits.loading || waits.problem !== null || state === 'over' ? '' : openWaitsNote(waits.rows, waits.loadMore !== null)} />
      <div className="toolbar"><SelectField label="State" choices={STATES} value={state} change={(next) => navigate(formatPlace({ page: 'waits', state: next }))} /></div>
      {broken && waits.problem === null && <LineBroken />}
      {waits.problem !== null && <ProblemNote title={waits.problem.title} detail={waits.problem.message} retry={waits.reload} />}
      <WaitTable waits={waits.rows} now={now} loadMore={waits.loadMore} busy={waits.loading} empty={waits.loading ? 'Loading the waits…' : state === '' ? 'Nothing is waited for.' : 'There are no waits.'} />
    </>
  );
}
