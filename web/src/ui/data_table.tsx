// A table of which only the rows in sight exist in the page. The page itself scrolls, rows have known heights, columns leave when there is no room
// for them, and where too few would be left, as on a phone, a row is drawn by a form of its own. The keys j and k walk the rows; the focus is the cursor.
import { CaretDownFilled } from '@ant-design/icons';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { columnGap, fitColumns } from './fit_columns';
import { useElementWidth } from './use_element_width';
import { useScale } from './use_scale';
import { useShortcuts } from './use_shortcuts';
import './data_table.css';

export interface Column<Row, Sort extends string = string> {
  name: string;
  title: string;
  /** As in grid-template-columns; pixels grow with the scale of the page. */
  width: string;
  /** Window width in pixels from which on it is shown, if there is room for it; left out: always. */
  from_px?: number;
  align?: 'right';
  sort?: Sort;
  render: (row: Row) => React.ReactNode;
}

interface DataTableProps<Row, Sort extends string> {
  label: string;
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  row_px: number;
  /** A row on a narrow window, or where the columns do not fit. */
  narrow: { row_px: number; render: (row: Row) => React.ReactNode };
  sort?: Sort;
  chooseSort?: (sort: Sort) => void;
  /** A list that goes on: asked for when its end comes near. */
  loadMore?: (() => void) | null;
  busy?: boolean;
  /** What stands there when there are no rows. */
  empty: React.ReactNode;
}

const NARROW_PX = 720;
const COVERED_PX = 110;
const NEAR_END_ROWS = 40;

export function DataTable<Row, Sort extends string = string>(props: DataTableProps<Row, Sort>): React.ReactNode {
  const { label, columns, rows, rowKey, row_px, narrow, sort, chooseSort, loadMore, busy = false, empty } = props;
  const room = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const scale = useScale();
  const width = useWindowWidth();
  // Before it is laid out the window is the best guess.
  const fitting = fitColumns(columns, width, useElementWidth(room) || width, scale);
  const is_narrow = width <= NARROW_PX || fitting === null;
  const shown = fitting ?? columns.filter((column) => column.from_px === undefined);
  const height = Math.round((is_narrow ? narrow.row_px : row_px) * scale);
  const [offset, setOffset] = useState(0);
  // Whatever stands above the rows may change its height, so their place is read after every layout.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const top = frame.current === null ? 0 : Math.round(frame.current.getBoundingClientRect().top + window.scrollY);
    setOffset((before) => before === top ? before : top);
  });
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => height, overscan: 10, scrollMargin: offset, scrollPaddingStart: COVERED_PX, scrollPaddingEnd: 24 });
  useEffect(() => virtual.measure(), [virtual, height]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END_ROWS) loadMore?.();
  }, [last, rows.length, loadMore]);

  const move = (step: 1 | -1, event: KeyboardEvent): void => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-row]');
    const at = focused !== null && focused !== undefined && frame.current?.contains(focused) ? Number(focused.dataset.row) : -1;
    const to = Math.max(0, Math.min(rows.length - 1, at + step));
    if (rows.length === 0) return;
    event.preventDefault();
    virtual.scrollToIndex(to, { align: 'auto' });
    focusRow(frame, to);
  };
  useShortcuts({ j: (event) => move(1, event), k: (event) => move(-1, event), ArrowDown: (event) => move(1, event), ArrowUp: (event) => move(-1, event) });

  const template = { columnGap: columnGap(width), gridTemplateColumns: shown.map((column) => column.width.replaceAll(/\d+px/g, (size) => `calc(${size} * var(--scale))`)).join(' ') };
  // The room is measured around the table, which takes more of it where it is narrow.
  return (
    <div ref={room} className="data-room">
      <div className="data-table" role="table" aria-label={label} aria-rowcount={loadMore === null || loadMore === undefined ? rows.length + 1 : -1} aria-busy={busy} data-narrow={is_narrow ? '' : undefined}>
        <div className={is_narrow ? 'visually-hidden' : 'data-head'} role="rowgroup">
          <div className="data-head-row" role="row" aria-rowindex={1} style={template}>
            {shown.map((column) => <ColumnHead key={column.name} column={column} sorted={column.sort !== undefined && column.sort === sort} choose={chooseSort} />)}
          </div>
        </div>
        {rows.length === 0 ? <div className="data-empty">{empty}</div> : (
          <div ref={frame} className="data-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              const style = { height: item.size, transform: `translateY(${item.start - offset}px)` };
              return (
                <div key={rowKey(row)} className="data-row" role="row" aria-rowindex={item.index + 2} data-row={item.index} style={is_narrow ? style : { ...style, ...template }}>
                  {is_narrow ? <div className="data-cell" role="cell">{narrow.render(row)}</div> : shown.map((column) => <div key={column.name} className="data-cell" role="cell" data-align={column.align}>{column.render(row)}</div>)}
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

interface ColumnHeadProps<Row, Sort extends string> {
  column: Column<Row, Sort>;
  sorted: boolean;
  choose: ((sort: Sort) => void) | undefined;
}

function ColumnHead<Row, Sort extends string>({ column, sorted, choose }: ColumnHeadProps<Row, Sort>): React.ReactNode {
  const { sort } = column;
  const sortable = sort !== undefined && choose !== undefined;
  return (
    <div role="columnheader" data-align={column.align} aria-sort={sorted ? (sort === 'name' ? 'ascending' : 'descending') : undefined}>
      {sortable ? <button type="button" onClick={() => choose(sort)} data-sorted={sorted ? '' : undefined}>{column.title}<CaretDownFilled aria-hidden="true" /></button> : column.title}
    </div>
  );
}

/** A row far away exists only after the next frames. */
function focusRow(frame: React.RefObject<HTMLDivElement | null>, at: number, tries = 10): void {
  const row = frame.current?.querySelector(`[data-row="${at}"]`);
  const target = row?.querySelector<HTMLElement>('a.row-link') ?? row?.querySelector<HTMLElement>('a, button');
  if (target !== null && target !== undefined) target.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusRow(frame, at, tries - 1));
}

function useWindowWidth(): number {
  return useSyncExternalStore(
    (notify) => {
      window.addEventListener('resize', notify);
      return () => window.removeEventListener('resize', notify);
    },
    () => window.innerWidth,
  );
}
