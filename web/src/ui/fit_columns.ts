// Which columns of a table there is room for. What does not fit would be cut off at the edge of its row, buttons first.

interface Fitted {
  /** As in grid-template-columns. */
  width: string;
  /** Left out: it cannot go. */
  from_px?: number;
}

/** Padding and border at both ends of a row, in pixels, as data_table.css draws them. */
const ENDS_PX = 2 * (16 + 1);
/** Between two columns. */
const GAP_PX = 20;
const TIGHT_GAP_PX = 14;
const TIGHT_WINDOW_PX = 1100;

export function columnGap(window_px: number): number {
  return window_px <= TIGHT_WINDOW_PX ? TIGHT_GAP_PX : GAP_PX;
}

/** The columns a window of this width asks for, without those that a table of `table_px` has no room for: the ones for the widest windows go first.
 *  Null: not even the rest fits. */
export function fitColumns<Column extends Fitted>(columns: readonly Column[], window_px: number, table_px: number, scale: number): readonly Column[] | null {
  const gap = columnGap(window_px);
  let shown = columns.filter((column) => window_px >= (column.from_px ?? 0));
  while (leastWidth(shown, gap, scale) > table_px) {
    const widest = Math.max(...shown.map((column) => column.from_px ?? 0));
    if (widest === 0) return null;
    const leaving = shown.findLastIndex((column) => column.from_px === widest);
    shown = shown.filter((_, at) => at !== leaving);
  }
  return shown;
}

function leastWidth(columns: readonly Fitted[], gap: number, scale: number): number {
  return columns.reduce((sum, column) => sum + scale * pixels(column.width), ENDS_PX + gap * Math.max(0, columns.length - 1));
}

/** The least a column takes: '80px' and 'minmax(80px, 2fr)' both 80. */
function pixels(width: string): number {
  return Number(/(\d+)px/.exec(width)?.[1] ?? 0);
}
