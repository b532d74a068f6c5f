// The tests as a tree of two levels (spec, test) of which only the rows in sight exist in the page, so that 100,000 tests scroll
// as one does. The page itself scrolls; the rows have known heights, so nothing is measured.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { hasSecondLine, type ListRow } from '../model/test_list';
import type { TestView } from '../model/report';
import { useScale } from '../ui/use_scale';
import { SectionHeading, SpecHeading, TestLine } from './test_row';
import './test_list.css';

interface TestListProps {
  rows: readonly ListRow[];
  tests: readonly TestView[];
  words: readonly string[];
  /** Longest duration among all tests, the full length of a duration bar. */
  longest_ms: number;
  narrow: boolean;
  /** Key of the row the keyboard is on; null for none. */
  cursor: string | null;
  selected: number | null;
  open: (test: number) => void;
  toggle: (group: string) => void;
  /** Height that sticky bars cover at the top of the window. */
  covered_px: number;
  listRef: React.Ref<HTMLDivElement>;
}

/** Heights of the parts of a row, in pixels, as test_list.css draws them. */
const LINE_PX = 38;
const SECOND_LINE_PX = 16;
const NOTE_PX = 22;

function rowHeight(row: ListRow | undefined, tests: readonly TestView[], narrow: boolean, scale: number): number {
  return Math.round(scale * heightAtDesk(row, tests, narrow));
}

function heightAtDesk(row: ListRow | undefined, tests: readonly TestView[], narrow: boolean): number {
  switch (row?.kind) {
    case 'section': return 44;
    case 'spec': return LINE_PX;
    case 'test': {
      const test = tests[row.test];
      return LINE_PX + (narrow && test !== undefined && hasSecondLine(test) ? SECOND_LINE_PX : 0) + (row.note === '' ? 0 : NOTE_PX);
    }
    default: return LINE_PX;
  }
}

export function rowId(key: string): string {
  return `row-${key.replaceAll(/[^\w]/g, '_')}`;
}

export function TestList({ rows, tests, words, longest_ms, narrow, cursor, selected, open, toggle, covered_px, listRef }: TestListProps): React.ReactNode {
  const scale = useScale();
  const frame = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  // Whatever stands above the list may change its height (a wrapped toolbar, fonts), so its place is read after every layout.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const top = frame.current === null ? 0 : Math.round(frame.current.getBoundingClientRect().top + window.scrollY);
    setOffset((before) => before === top ? before : top);
  });
  // The virtualizer lays all rows out again whenever this function is another one: once per change of the rows, never per scroll.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const getItemKey = useCallback((at: number) => rows[at]?.key ?? at, [rows, narrow, scale]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (at) => rowHeight(rows[at], tests, narrow, scale),
    getItemKey,
    overscan: 12,
    scrollMargin: offset,
    scrollPaddingStart: covered_px + 8,
    scrollPaddingEnd: 24,
  });
  const cursor_at = cursor === null ? -1 : rows.findIndex((row) => row.key === cursor);
  useEffect(() => {
    if (cursor_at >= 0) virtual.scrollToIndex(cursor_at, { align: 'auto' });
    // Only a move of the cursor scrolls; new rows under a resting cursor do not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursor, virtual]);
  return (
    <div
      ref={listRef} className="test-list" role="tree" aria-label="Tests" tabIndex={0} data-narrow={narrow ? '' : undefined}
      aria-activedescendant={cursor !== null && cursor_at >= 0 ? rowId(cursor) : undefined}
    >
      <div ref={frame} className="test-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const style = { height: item.size, transform: `translateY(${item.start - offset}px)` };
          const shared = { id: rowId(row.key), style, position: item.index + 1, total: rows.length, active: row.key === cursor };
          switch (row.kind) {
            case 'section': return <SectionHeading key={row.key} row={row} {...shared} />;
            case 'spec': return <SpecHeading key={row.key} row={row} words={words} toggle={toggle} {...shared} />;
            default: {
              const test = tests[row.test];
              return test === undefined ? null : (
                <TestLine key={row.key} row={row} test={test} words={words} longest_ms={longest_ms} selected={row.test === selected} open={open} narrow={narrow} {...shared} />
              );
            }
          }
        })}
      </div>
    </div>
  );
}
