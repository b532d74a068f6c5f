import { render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { readSpecFigures } from '../../model/test_history';
import { SpecTable } from './spec_table';

afterEach(() => vi.unstubAllGlobals());

it('counts the tests of a spec on a phone, also a single one', () => {
  vi.stubGlobal('innerWidth', 360);
  const specs = [1, 2].map((tests) => readSpecFigures({ spec: `tests/${tests}.spec.ts`, tests, last_outcome: 'passed' }));
  render(<SpecTable project="shop" specs={specs} words={[]} sort="name" chooseSort={vi.fn()} busy={false} empty="" />);
  expect(screen.getAllByRole('cell').map((cell) => /\d+ tests?/.exec(cell.textContent)?.[0])).toEqual(['1 test', '2 tests']);
});
