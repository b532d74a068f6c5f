// The test list with its search, its keyboard and the opened test: beside the list where there is room, over it where not.
import { Drawer, type InputRef } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { flowPlace } from '../model/flows';
import type { ReportView } from '../model/report';
import { listRows, type ListRow } from '../model/test_list';
import { queryWords } from '../model/test_search';
import type { ViewState } from '../model/view_state';
import { TestDetail } from '../views/test_detail';
import { TestList } from '../views/test_list';
import { TestToolbar } from '../views/test_toolbar';
import { useShortcuts } from '../ui/use_shortcuts';
import { useSearchText, useTestSearch } from './use_test_search';
import type { History } from '../ui/navigation';

interface TestsTabProps {
  report: ReportView;
  state: ViewState;
  update: (change: Partial<ViewState>, history?: History) => void;
  selected: number | null;
  narrow: boolean;
  wide: boolean;
}

/** Height of the sticky toolbar, under which a row must not hide. */
const TOOLBAR_PX = 104;

export function TestsTab({ report, state, update, selected, narrow, wide }: TestsTabProps): React.ReactNode {
  const { tests } = report;
  const search_field = useRef<InputRef>(null);
  const list = useRef<HTMLDivElement>(null);
  /** Holds the opened test, and scrolls it. */
  const reader = useRef<HTMLElement>(null);
  const wants_to_read = useRef(false);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [resting, setResting] = useState<string | null>(null);
  const [text, search] = useSearchText(state.query, (query) => update({ query }, 'replace'));
  const found = useTestSearch(tests, state.query, state.outcomes);
  const rows = useMemo(() => listRows(tests, found.matches, collapsed), [tests, found.matches, collapsed]);
  const words = useMemo(() => queryWords(state.query), [state.query]);
  const longest_ms = useMemo(() => tests.reduce((longest, test) => Math.max(longest, test.duration_ms), 1), [tests]);
  const cursor = selected === null ? resting : `test ${selected}`;

  const open = (test: number, history: History = 'push'): void => {
    setResting(`test ${test}`);
    update({ test: tests[test]?.id ?? '' }, history);
  };
  const focusList = (): void => list.current?.focus({ preventScroll: true });
  const close = (): void => {
    update({ test: '' });
    focusList();
  };
  const focusTest = (): void => reader.current?.focus({ preventScroll: true });
  useEffect(() => {
    reader.current?.scrollTo(0, 0);
    // What Enter opened exists only now.
    if (wants_to_read.current) reader.current?.focus({ preventScroll: true });
    wants_to_read.current = false;
  }, [selected]);
  const toggle = (group: string): void => setCollapsed((before) => {
    const next = new Set(before);
    if (!next.delete(group)) next.add(group);
    return next;
  });
  /** The row a step away from the cursor; an opened test moves only to tests, a resting cursor also to specs. */
  const neighbour = (step: 1 | -1): ListRow | null => {
    const at = rows.findIndex((row) => row.key === cursor);
    for (let to = at < 0 && step < 0 ? -1 : at + step; to >= 0 && to < rows.length; to += step) {
      const row = rows[to];
      if (row !== undefined && (row.kind === 'test' || (row.kind === 'spec' && selected === null))) return row;
    }
    return null;
  };
  const go = (row: ListRow | null): void => {
    if (row === null) return;
    if (selected !== null && row.kind === 'test') open(row.test, 'replace');
    else setResting(row.key);
  };
  const act = (row: ListRow | undefined): void => {
    if (row?.kind === 'spec') toggle(row.key);
    if (row?.kind !== 'test') return;
    wants_to_read.current = row.test !== selected;
    open(row.test);
    focusTest();
  };
  /** The focus goes along to the list, but who reads a test goes on reading. */
  const step = (direction: 1 | -1, event: KeyboardEvent): void => {
    event.preventDefault();
    go(neighbour(direction));
    if (reader.current?.contains(document.activeElement) === true) focusTest();
    else if (wide || selected === null) focusList();
  };
  const fold = (collapse: boolean, event: KeyboardEvent): void => {
    const row = rows.find((one) => one.key === cursor);
    if (row?.kind !== 'spec' || row.collapsed === collapse) return;
    event.preventDefault();
    toggle(row.key);
  };
  useShortcuts({
    j: (event) => step(1, event),
    ArrowDown: (event) => step(1, event),
    k: (event) => step(-1, event),
    ArrowUp: (event) => step(-1, event),
    ArrowLeft: (event) => fold(true, event),
    ArrowRight: (event) => fold(false, event),
    Enter: () => act(rows.find((row) => row.key === cursor)),
    Escape: () => {
      const field = search_field.current;
      if (field !== null && document.activeElement === field.input) field.blur();
      else if (selected !== null) close();
    },
    '/': (event) => {
      event.preventDefault();
      search_field.current?.focus({ cursor: 'all' });
    },
  });

  const test = selected === null ? undefined : tests[selected];
  const [before, after] = test === undefined ? [null, null] : [neighbour(-1), neighbour(1)];
  const detail = test === undefined ? null : (
    <TestDetail test={test} flow={flowPlace(report.run.flows, test, selected ?? -1)} close={close} previous={before === null ? null : () => go(before)} next={after === null ? null : () => go(after)} />
  );
  return (
    <>
      <div className="tests-toolbar">
        <TestToolbar query={text} search={search} counts={found.counts} outcomes={state.outcomes} chooseOutcomes={(outcomes) => update({ outcomes }, 'replace')} shown={found.matches.length} inputRef={search_field} />
      </div>
      <div className={wide && detail !== null ? 'tests-split' : undefined}>
        {rows.length === 0 ? (
          <p className="list-empty panel">{tests.length === 0 ? 'This run had no tests.' : 'No test matches this search and filter.'}</p>
        ) : (
          <TestList
            rows={rows} tests={tests} words={words} longest_ms={longest_ms} narrow={narrow || (wide && detail !== null)} cursor={cursor} selected={selected} open={open} toggle={toggle}
            covered_px={TOOLBAR_PX} listRef={list}
          />
        )}
        {wide && detail !== null && <section ref={reader} className="tests-detail panel" tabIndex={-1} aria-label="Opened test">{detail}</section>}
      </div>
      {!wide && (
        <Drawer
          open={detail !== null} onClose={close} closable={false} size={narrow ? '100vw' : 720} styles={{ body: { padding: 0 } }} keyboard={false} aria-label="Opened test"
          // A drawer that opens takes the focus, and lets nothing else have it until it is gone.
          afterOpenChange={(is_open) => is_open ? focusTest() : focusList()}
        >
          <section ref={reader} className="tests-drawer" tabIndex={-1}>{detail}</section>
        </Drawer>
      )}
    </>
  );
}
