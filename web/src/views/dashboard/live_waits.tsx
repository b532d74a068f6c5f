// The flows of a run that are parked: what each waits for, when it looks again, since when and for how long yet it waits. They hold no worker, so the lanes show nothing of them.
import { parkedWaits, untilDeadline, untilLook } from '../../model/flows';
import type { WaitLook } from '../../model/live_run';
import type { ReportView } from '../../model/report';
import { formatCount, formatDuration, plural } from '../../text/format';
import { Link } from '../../ui/link';
import { OutcomeIcon } from '../outcome_mark';
import { usePlaces } from '../places';
import './live_waits.css';

const SHOWN_MAX = 8;

interface LiveWaitsProps {
  report: ReportView;
  /** The present instant on the run's clock. */
  now_ms: number;
  /** As far as they are known. */
  looks?: readonly WaitLook[];
  showAll: () => void;
}

export function LiveWaits({ report, now_ms, looks = [], showAll }: LiveWaitsProps): React.ReactNode {
  const places = usePlaces();
  const { flows, run_id } = report.run;
  const parked = parkedWaits(flows);
  if (parked.length === 0) return null;
  return (
    <section className="live-waits panel" aria-label="Parked flows">
      <header>
        <h2>{plural(parked.length, 'wait')} parked</h2>
        <p className="soft">no worker is held</p>
      </header>
      <ul>
        {parked.slice(0, SHOWN_MAX).map(({ flow, phase, since_ms, deadline_ms }) => {
          const name = flows[flow]?.phases[phase]?.name ?? '';
          const look = looks.find((one) => one.flow === flow && one.phase === phase);
          const there = places.wait(run_id, flow, phase);
          return (
            <li key={`${flow} ${phase}`}>
              <OutcomeIcon outcome="running" />
              <span className="cell-one" title={flows[flow]?.name}>{flows[flow]?.name}</span>
              <span className="cell-one"><span className="soft">waits for </span>{there === null ? name : <Link to={there}>{name}</Link>}</span>
              <span className="live-look soft">{look === undefined ? '' : untilLook(look.next_look_ms - now_ms)}</span>
              <span className="live-waited"><span className="soft">waited </span>{formatDuration(Math.max(0, now_ms - since_ms))}</span>
              <span className="live-left soft">{deadline_ms === 0 ? '' : untilDeadline(deadline_ms - now_ms)}</span>
            </li>
          );
        })}
      </ul>
      {parked.length > SHOWN_MAX && <p className="soft">and {formatCount(parked.length - SHOWN_MAX)} more: <button type="button" className="live-all" onClick={showAll}>show all flows</button></p>}
    </section>
  );
}
