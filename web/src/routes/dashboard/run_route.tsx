// The page of one run: the report's parts, and while it goes on what its workers are at.
import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches } from '../../model/access';
import { parkedWaits } from '../../model/flows';
import { isAtWork, verdictLabel } from '../../model/outcome';
import { useMedia } from '../../ui/use_media';
import { useNow } from '../../ui/use_now';
import { ConfirmDialog } from '../../views/dashboard/confirm_dialog';
import { LiveFailures } from '../../views/dashboard/live_failures';
import { LiveLanes } from '../../views/dashboard/live_lanes';
import { LiveWaits } from '../../views/dashboard/live_waits';
import { LineBroken, ProblemNote } from '../../views/dashboard/notes';
import { RunCrumbs } from '../../views/dashboard/run_crumbs';
import { RunWaiting } from '../../views/dashboard/run_waiting';
import { PlacesProvider, servedPlaces } from '../../views/places';
import { ReportParts } from '../report_parts';
import { useViewState } from '../use_view_state';
import type { PageProps } from './page_props';
import { useFollow } from './use_follow';

const TICK_MS = 500;
/** While nothing is heard the clock of the run stands still after this. */
const UNHEARD_MS_MAX = 20_000;

export function RunRoute({ api, session, dark, announce, run }: PageProps & { run: string }): React.ReactNode {
  const followed = useFollow(api, run);
  const [, update] = useViewState();
  const narrow = useMedia('(max-width: 720px)');
  const now = useNow(TICK_MS);
  const [asking, setAsking] = useState(false);
  const [cancelled, setCancelled] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const { live, row, problem, connection } = followed;
  const verdict = live?.report.run.verdict ?? row?.verdict ?? '';
  const headline = live?.report.run.headline ?? row?.headline ?? '';
  const project = row?.project ?? '';
  const places = useMemo(() => servedPlaces(window.location.origin, project), [project]);
  useVerdictNews(verdict, headline, announce);
  useEffect(() => {
    if (headline !== '') document.title = `${headline} · ${project} · Tamarack`;
  }, [headline, project]);
  const cancel = (): void => {
    setAsking(false);
    setCancelled(true);
    setRefused(null);
    api.cancel(run).catch((fault: unknown) => {
      setCancelled(false);
      setRefused(asProblem(fault));
    });
  };
  const at_work = isAtWork(verdict);
  const open = (test: number): void => update({ test: live?.report.tests[test]?.id ?? '', tab: 'tests' });
  const showFlows = (): void => update({ tab: 'flows' });
  // Of flows that are parked nothing is heard for hours, and their time goes on.
  const silent = connection === 'live' && live !== null && parkedWaits(live.report.run.flows).length > 0;
  const now_ms = (live?.at_ms ?? 0) + Math.max(0, Math.min(silent ? Infinity : UNHEARD_MS_MAX, now - followed.heard_at));
  const actions = at_work && session !== null && reaches(session.role, 'runner') && (
    <Button size="small" danger disabled={cancelled} onClick={() => setAsking(true)}>{cancelled ? 'Cancelling…' : 'Cancel run'}</Button>
  );
  return (
    <PlacesProvider value={places}>
      {project !== '' && <RunCrumbs project={project} branch={row?.branch ?? ''} />}
      {problem !== null && <div className="page-column"><ProblemNote title={problem.status === 404 ? 'There is no such run' : problem.title} detail={problem.message} {...(problem.status === 404 ? {} : { retry: followed.again })} /></div>}
      {refused !== null && <div className="page-column"><ProblemNote title="The run was not cancelled" detail={refused.message} /></div>}
      {at_work && connection === 'broken' && <div className="page-column"><LineBroken /></div>}
      {live === null ? problem === null && <RunWaiting row={row} /> : (
        <ReportParts
          report={live.report} dark={dark} actions={actions} {...(at_work ? { pending: live.pending, now_ms } : {})}
          live={at_work && (
            <>
              <LiveFailures report={live.report} open={open} showFlows={showFlows} />
              <LiveLanes live={live} now_ms={now_ms} dark={dark} narrow={narrow} open={open} />
              <LiveWaits report={live.report} now_ms={now_ms} looks={followed.looks} showAll={showFlows} />
            </>
          )}
        />
      )}
      {asking && <ConfirmDialog title="Cancel this run?" text="Tests that are running are stopped; those that have not begun never run. What has ended is kept." act="Cancel run" confirm={cancel} close={() => setAsking(false)} />}
    </PlacesProvider>
  );
}

function useVerdictNews(verdict: string, headline: string, announce: (sentence: string) => void): void {
  const before = useRef('');
  useEffect(() => {
    if (before.current !== '' && verdict !== '' && before.current !== verdict) announce(`${verdictLabel(verdict)}: ${headline}`);
    before.current = verdict;
  }, [verdict, headline, announce]);
}
