// A list that the server hands out in parts: the first at once, each further one when the reader comes near the end.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Part } from '../../api/api';
import { asProblem, type ApiProblem } from '../../api/problem';
import { recall, remember } from './use_loaded';

export interface Pages<Row> {
  rows: readonly Row[];
  /** Null at the end of the list. */
  loadMore: (() => void) | null;
  /** True until the first part of what is asked for is here; older rows may be shown meanwhile. */
  loading: boolean;
  problem: ApiProblem | null;
  reload: () => void;
  change: (change: (rows: readonly Row[]) => readonly Row[]) => void;
}

interface Kept<Row> {
  key: string;
  rows: readonly Row[];
  next: string | null;
  /** When its first part came. */
  at: number;
}

/** A list that was left longer ago than this is asked for anew. */
const FRESH_MS = 60_000;

export function usePages<Row>(key: string, load: (before: string | null, signal: AbortSignal) => Promise<Part<Row>>): Pages<Row> {
  const [shown, setShown] = useState<Kept<Row>>({ key: '', rows: [], next: null, at: 0 });
  const [problem, setProblem] = useState<{ key: string; problem: ApiProblem } | null>(null);
  const [round, setRound] = useState(0);
  const under_way = useRef<AbortController | null>(null);
  // The cast gives back what was put in under the same key.
  const current = shown.key === key ? shown : recall(key) as Kept<Row> | undefined;

  const ask = useCallback((before: string | null): void => {
    const stop = new AbortController();
    under_way.current = stop;
    load(before, stop.signal).then(
      (part) => {
        if (stop.signal.aborted) return;
        under_way.current = null;
        // Rows may have come in at the front meanwhile.
        const known = before === null ? undefined : recall(key) as Kept<Row> | undefined;
        const next = { key, rows: [...known?.rows ?? [], ...part.rows], next: part.next, at: known?.at ?? Date.now() };
        remember(key, next);
        setShown(next);
        setProblem(null);
      },
      (fault: unknown) => {
        if (stop.signal.aborted) return;
        under_way.current = null;
        setProblem({ key, problem: asProblem(fault) });
      },
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  useEffect(() => {
    if (key === '') return undefined;
    const known = recall(key) as Kept<Row> | undefined;
    // A long list that was seen before keeps its length; its beginning is brought up to date by `change`.
    if (known !== undefined && Date.now() - known.at < FRESH_MS && round === 0) return undefined;
    ask(null);
    return () => {
      under_way.current?.abort();
      under_way.current = null;
    };
  }, [key, ask, round]);

  const more = useCallback(() => {
    if (under_way.current === null && current !== undefined && current.next !== null) ask(current.next);
  }, [ask, current]);
  const change = useCallback((act: (rows: readonly Row[]) => readonly Row[]) => {
    const known = recall(key) as Kept<Row> | undefined;
    if (known === undefined) return;
    const next = { ...known, rows: act(known.rows) };
    remember(key, next);
    setShown(next);
  }, [key]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const own_problem = problem?.key === key ? problem.problem : null;
  return {
    rows: current?.rows ?? shown.rows, loadMore: current === undefined || current.next === null ? null : more, loading: current === undefined && own_problem === null, problem: own_problem, reload, change,
  };
}
