import { describe, expect, it } from 'vitest';
import type { Part } from '../../api/api';
import { renewHead, type ListOrder } from './renew_head';

interface Row {
  id: string;
  at: string;
}

const TIMED: ListOrder<Row> = { id: (row) => row.id, at: (row) => row.at };
const UNORDERED: ListOrder<Row> = { id: (row) => row.id };

/** `b3`: the row b of the third minute. */
const part = (rows: string, next: string | null): Part<Row> => ({ rows: rows.split(' ').map((id) => ({ id, at: `2026-11-21T10:0${id.slice(1)}:00.000Z` })), next });
const renewed = (known: Part<Row>, head: Part<Row>, order = TIMED): [string, string | null] => {
  const { rows, next } = renewHead(known, head, order);
  return [rows.map((row) => row.id).join(' '), next];
};

describe('the beginning of a list that came once more', () => {
  const known = part('e5 d4 c3 b2 a1', 'after a1');
  it('stands in front of what is further down', () => expect(renewed(known, part('f6 e5', 'after e5'))).toEqual(['f6 e5 d4 c3 b2 a1', 'after a1']));
  it('takes out what it reaches over and does not have', () => expect(renewed(known, part('e5 c3', 'after c3'))).toEqual(['e5 c3 b2 a1', 'after a1']));
  it('says where the list goes on when it reaches to its end', () => expect(renewed(known, part('d4 c3 b2 a1 z0', 'after z0'))).toEqual(['d4 c3 b2 a1 z0', 'after z0']));
  it('is the list when there is no more', () => expect(renewed(known, part('e5 d4', null))).toEqual(['e5 d4', null]));
  it('leaves no gap', () => expect(renewed(known, part('i9 h8', 'after h8'))).toEqual(['i9 h8', 'after h8']));
  it('knows the greater id as the newer one of an instant', () => expect(renewed(part('d4 c4 b4 a4', null), part('d4 b4', 'after b4'))).toEqual(['d4 b4 a4', null]));
  it('takes nothing out of a list without an order', () => expect(renewed(known, part('a1 e5', 'after e5'), UNORDERED)).toEqual(['a1 e5 d4 c3 b2', 'after a1']));
});
