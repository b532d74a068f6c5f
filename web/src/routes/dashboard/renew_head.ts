// A long list whose beginning came once more: what stands further down is kept, so that the reader keeps the place.
import type { Part } from '../../api/api';

/** How rows are told apart, and in which order the server hands them out. */
export interface ListOrder<Row> {
  id: (row: Row) => string;
  /** Newest first by this instant, ISO 8601, then by the id. Left out: rows may change their places. */
  at?: (row: Row) => string;
}

export function renewHead<Row>(known: Part<Row>, head: Part<Row>, order: ListOrder<Row>): Part<Row> {
  const last = head.rows.at(-1);
  if (head.next === null || last === undefined) return head;
  const fresh = new Set(head.rows.map(order.id));
  const others = known.rows.filter((row) => !fresh.has(order.id(row)));
  // With nothing in common there may be rows between the two that nobody has asked for.
  if (others.length === known.rows.length) return head;
  // What the new beginning reaches over and does not have is gone from the list.
  const further = others.filter((row) => standsAfter(row, last, order));
  return further.length === 0 ? head : { rows: [...head.rows, ...further], next: known.next };
}

/** Without an order nobody can say that a row is gone. */
function standsAfter<Row>(row: Row, other: Row, { id, at }: ListOrder<Row>): boolean {
  if (at === undefined) return true;
  return at(row) === at(other) ? id(row) < id(other) : at(row) < at(other);
}
