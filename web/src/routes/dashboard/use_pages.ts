// A list that the server hands out in parts: the first at once, each further one when the reader comes near the end.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Part } from '../../api/api';
import { asProblem, type ApiProblem } from '../../api/problem';
import { renewHead, type ListOrder } from './renew_head';
import { forget, recall, remember } from './use_loaded';

export interface Pages<Row> {
  rows: readonly Row[];
  /** Null at the end of the list. */
  loadMore: (() => void) | null;
  /** True until the first part of what is asked for is here; older rows may be shown meanwhile. */
  loading: boolean;
  problem: ApiProblem | null;
  /** Asks again for the part that failed. */
  reload: () => void;
  /** Takes the list's beginning as it is now. */
  renew: (head: Part<Row>) => void;
  change: (change: (rows: readonly Row[]) => readonly Row[]) => void;
}

interface Kept<Row> extends Part<Row> {
  key: string;
  /** When its beginning came. */
  at: number;
}

interface Failure {
  key: string;
  /** Where the part begins that did not come. */
  before: string | null;
  problem: ApiProblem;
}

/** The beginning of a list that was left longer ago than this is asked for again. */
const FRESH_MS = 60_000;

/** `load` and `order` may be others each time; the key says what they are of. */
export function usePages<Row>(key: string, load: (before: string | null, signal: AbortSignal) => Promise<Part<Row>>, order: ListOrder<Row>): Pages<Row> {
  const [shown, setShown] = useState<Kept<Row>>({ key: '', rows: [], next: null, at: 0 });
  const [failure, setFailure] = useState<Failure | null>(null);
  const under_way = useRef<AbortController | null>(null);
  // The casts give back what was put in under the same key.
  const current = shown.key === key ? shown : recall(key) as Kept<Row> | undefined;

  const show = useCallback((next: Kept<Row>) => {
    remember(key, next);
    setShown(next);
  }, [key]);
  const renew = useCallback((head: Part<Row>) => {
    const known = recall(key) as Kept<Row> | undefined;
    show({ ...known === undefined ? head : renewHead(known, head, order), key, at: Date.now() });
    setFailure((before) => before?.before === null ? null : before);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, show]);
  const append = useCallback((before: string, part: Part<Row>) => {
    const known = recall(key) as Kept<Row> | undefined;
    // When the list has become a shorter one meanwhile, this part is not the one that follows.
    if (known?.next !== before) return;
    const ids = new Set(known.rows.map(order.id));
    show({ ...known, rows: [...known.rows, ...part.rows.filter((row) => !ids.has(order.id(row)))], next: part.next });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, show]);
  const ask = useCallback((before: string | null): void => {
    under_way.current?.abort();
    const stop = new AbortController();
    under_way.current = stop;
    load(before, stop.signal).then(
      (part) => {
        if (stop.signal.aborted) return;
        under_way.current = null;
        if (before === null) renew(part);
        else append(before, part);
        setFailure(null);
      },
      (fault: unknown) => {
        if (stop.signal.aborted) return;
        under_way.current = null;
        setFailure({ key, before, problem: asProblem(fault) });
      },
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, renew, append]);
  useEffect(() => {
    if (key === '') return undefined;
    const known = recall(key) as Kept<Row> | undefined;
    if (known === undefined || Date.now() - known.at >= FRESH_MS) ask(null);
    return () => {
      under_way.current?.abort();
      under_way.current = null;
    };
  }, [key, ask]);

  const more = useCallback(() => {
    if (under_way.current === null && current !== undefined && current.next !== null) ask(current.next);
  }, [ask, current]);
  const change = useCallback((act: (rows: readonly Row[]) => readonly Row[]) => {
    const known = recall(key) as Kept<Row> | undefined;
    if (known !== undefined) show({ ...known, rows: [...act(known.rows)] });
  }, [key, show]);
  const own_failure = failure?.key === key ? failure : null;
  const reload = useCallback(() => {
    const place = own_failure?.before ?? null;
    // The server does not know this place any more, as when the row that names it is gone: the list begins anew.
    const is_lost = place !== null && own_failure?.problem.status === 400;
    if (is_lost) forget(key);
    ask(is_lost ? null : place);
  }, [ask, key, own_failure]);
  return {
    rows: current?.rows ?? shown.rows, loadMore: current === undefined || current.next === null ? null : more, loading: current === undefined && own_failure === null, problem: own_failure?.problem ?? null, reload, renew, change,
  };
}
