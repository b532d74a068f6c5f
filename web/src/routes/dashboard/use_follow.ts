import { useCallback, useEffect, useState } from 'react';
import type { Api } from '../../api/api';
import type { EventLine } from '../../api/live_events';
import { followOneRun, NOT_READ_YET, type FollowedRun } from '../../api/run_follower';

/** One run, brought up to date while it goes on. `again` begins anew, where it could not be read. */
export function useFollow(api: Api, run: string): FollowedRun & { again: () => void } {
  const [followed, setFollowed] = useState<{ run: string; state: FollowedRun }>({ run, state: NOT_READ_YET });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => followOneRun(api, run, (address): EventLine => new EventSource(address), (state) => setFollowed({ run, state })), [api, run, round]);
  return { ...(followed.run === run ? followed.state : NOT_READ_YET), again };
}
