// Requests for the same thing, one after the other: on a slow line each new one would only take the place of the one whose answer is near.

export interface OneAtATime {
  /** Settles with the answer; joins the request that is under way. */
  ask: () => Promise<void>;
  /** After a change: what is under way may have been answered before it, so it is asked once more when that has ended. */
  askAgain: () => void;
}

/** `request` never fails. Nothing more is asked after `signal`. */
export function oneAtATime(request: () => Promise<void>, signal: AbortSignal): OneAtATime {
  let under_way: Promise<void> | null = null;
  let once_more = false;
  const ended = (): Promise<void> | undefined => {
    under_way = null;
    if (!once_more || signal.aborted) return undefined;
    once_more = false;
    return ask();
  };
  const ask = (): Promise<void> => under_way ??= request().then(ended);
  return {
    ask,
    askAgain: () => {
      if (under_way === null) void ask();
      else once_more = true;
    },
  };
}
