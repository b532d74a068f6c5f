// Who waits for what, since when and until when. No worker is held by any of them.
import { formatPlace } from '../../model/place';
import { runOfWait, waitInk, waitStateLabel, waitsFor, type WaitRow } from '../../model/wait_row';
import { formatDuration, formatInstant } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { StateWord } from './state_word';
import './wait_table.css';

interface WaitTableProps {
  waits: readonly WaitRow[];
  now: number;
  loadMore: (() => void) | null;
  busy: boolean;
  empty: React.ReactNode;
}

export function WaitTable({ waits, now, loadMore, busy, empty }: WaitTableProps): React.ReactNode {
  const state = (wait: WaitRow): React.ReactNode => <StateWord word={waitStateLabel(wait)} ink={waitInk(wait)} />;
  const name = (wait: WaitRow): React.ReactNode => <Link className="row-link cell-one" to={formatPlace({ page: 'wait', wait: wait.wait_id })}>{wait.name === '' ? wait.wait_id : wait.name}</Link>;
  const waited = (wait: WaitRow): string => formatDuration(wait.state === 'over' ? wait.waited_ms : Math.max(0, now - Date.parse(wait.parked_at)));
  const seen = (wait: WaitRow): string => wait.state === 'over' ? wait.message : wait.conditions.map((one) => one.status).filter((status) => status !== '').join(', ');
  const columns: readonly Column<WaitRow>[] = [
    { name: 'state', title: 'State', width: '120px', render: state },
    { name: 'name', title: 'Wait', width: 'minmax(170px, 3fr)', render: (wait) => <span className="cell-two">{name(wait)}<Owner wait={wait} /></span> },
    { name: 'for', title: 'Waits for', width: 'minmax(160px, 4fr)', render: (wait) => <span className="cell-two"><span className="mono" title={waitsFor(wait)}>{waitsFor(wait)}</span><span title={seen(wait)}>{seen(wait)}</span></span> },
    { name: 'waited', title: 'Waited', width: '110px', align: 'right', render: waited },
    { name: 'looks', title: 'Looks', width: '70px', align: 'right', from_px: 1100, render: (wait) => wait.probes },
    { name: 'next', title: 'Next look', width: '110px', align: 'right', from_px: 1000, render: (wait) => wait.next_look_at === '' ? '–' : inWords(Date.parse(wait.next_look_at) - now) },
    { name: 'deadline', title: 'Deadline', width: '120px', align: 'right', render: (wait) => wait.state === 'over' ? '–' : <Deadline at={wait.deadline} now={now} /> },
  ];
  const narrow = (wait: WaitRow): React.ReactNode => (
    <span className="wait-narrow">
      <span className="wait-narrow-line">{state(wait)}<span className="soft">{waited(wait)}</span></span>
      {name(wait)}
      <span className="cell-one soft mono">{waitsFor(wait)}</span>
      <span className="wait-narrow-line soft"><span className="cell-one">{seen(wait)}</span>{wait.state !== 'over' && <Deadline at={wait.deadline} now={now} />}</span>
    </span>
  );
  return <DataTable<WaitRow> label="Waits" columns={columns} rows={waits} rowKey={(wait) => wait.wait_id} row_px={58} narrow={{ row_px: 124, render: narrow }} loadMore={loadMore} busy={busy} empty={empty} />;
}

export function Owner({ wait }: { wait: WaitRow }): React.ReactNode {
  const run = runOfWait(wait);
  return run === '' ? <span>{wait.owner}</span> : <Link className="mono" to={formatPlace({ page: 'run', run })}>{run}</Link>;
}

function Deadline({ at, now }: { at: string; now: number }): React.ReactNode {
  const instant = Date.parse(at);
  return <time dateTime={at} title={formatInstant(instant)}>{inWords(instant - now)}</time>;
}

export function inWords(left_ms: number): string {
  return left_ms <= 0 ? 'now' : `in ${formatDuration(left_ms)}`;
}
