import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataTable, type Column } from './data_table';
import { Link } from './link';

interface Fruit {
  name: string;
  weight: number;
}

const COLUMNS: readonly Column<Fruit, 'name' | 'heavy'>[] = [
  { name: 'name', title: 'Name', width: '1fr', sort: 'name', render: (fruit) => <Link className="row-link" to={`/fruit/${fruit.name}`}>{fruit.name}</Link> },
  { name: 'weight', title: 'Weight', width: '80px', align: 'right', sort: 'heavy', from_px: 900, render: (fruit) => fruit.weight },
];

/** 200, 140, 100 and 200 px at the least. */
const WIDE_COLUMNS: readonly Column<Fruit>[] = [
  { name: 'name', title: 'Name', width: 'minmax(200px, 3fr)', render: (fruit) => fruit.name },
  { name: 'weight', title: 'Weight', width: '140px', from_px: 900, render: (fruit) => fruit.weight },
  { name: 'colour', title: 'Colour', width: 'minmax(100px, 1fr)', from_px: 1200, render: () => 'red' },
  { name: 'taste', title: 'Taste', width: '200px', render: () => 'sweet' },
];

const fruits = (count: number): Fruit[] => Array.from({ length: count }, (_, at) => ({ name: `fruit ${at}`, weight: at }));

function show(rows: Fruit[], over: { loadMore?: () => void; chooseSort?: (sort: 'name' | 'heavy') => void } = {}): void {
  render(
    <DataTable<Fruit, 'name' | 'heavy'>
      label="Fruit" columns={COLUMNS} rows={rows} rowKey={(fruit) => fruit.name} row_px={40} narrow={{ row_px: 60, render: (fruit) => <span>narrow {fruit.name}</span> }} sort="name" empty="No fruit." {...over}
    />,
  );
}

describe('DataTable', () => {
  afterEach(() => vi.unstubAllGlobals());
  const resize = (width: number): void => {
    vi.stubGlobal('innerWidth', width);
    fireEvent(window, new Event('resize'));
  };

  it('draws no more rows than fit the window', () => {
    show(fruits(10_000));
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
    expect(screen.getByRole('table', { name: 'Fruit' }).getAttribute('aria-rowcount')).toBe('10001');
  });
  it('j and k walk the rows with the focus', async () => {
    show(fruits(5));
    await userEvent.keyboard('jj');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('fruit 1'));
    await userEvent.keyboard('k');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('fruit 0'));
    await userEvent.keyboard('k');
    expect(document.activeElement?.textContent).toBe('fruit 0');
  });
  it('says by what it is sorted, and asks for another order', async () => {
    const chooseSort = vi.fn();
    show(fruits(2), { chooseSort });
    expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending');
    await userEvent.click(screen.getByRole('button', { name: 'Weight' }));
    expect(chooseSort).toHaveBeenCalledWith('heavy');
  });
  it('asks for more near its end, and does not claim to know its length', () => {
    const loadMore = vi.fn();
    show(fruits(20), { loadMore });
    expect(loadMore).toHaveBeenCalled();
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('-1');
  });
  it('does not ask far from its end', () => {
    const loadMore = vi.fn();
    show(fruits(5_000), { loadMore });
    expect(loadMore).not.toHaveBeenCalled();
  });
  it('lets columns go as the window narrows, down to a row of its own form', () => {
    show(fruits(1));
    resize(800);
    expect(screen.queryByRole('columnheader', { name: 'Weight' })).toBeNull();
    resize(360);
    expect(screen.queryByText('narrow fruit 0')).toBeTruthy();
  });
  it('cuts nothing off: what a table has no room for goes, whatever the width of the window', () => {
    vi.stubGlobal('ResizeObserver', class {
      constructor(private readonly tell: () => void) {}
      observe(): void { this.tell(); }
      disconnect(): void { /* It told once. */ }
    });
    const clientWidth = vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get');
    const heads = (room_px: number): string[] => {
      clientWidth.mockReturnValue(room_px);
      const { unmount } = render(<DataTable<Fruit> label="Fruit" columns={WIDE_COLUMNS} rows={fruits(1)} rowKey={(fruit) => fruit.name} row_px={40} narrow={{ row_px: 60, render: () => 'narrow' }} empty="" />);
      const titles = screen.queryByText('narrow') === null ? screen.getAllByRole('columnheader').map((head) => head.textContent) : [];
      unmount();
      return titles;
    };
    resize(1200);
    // The ends of a row take 34 px, each gap 20.
    expect(heads(734)).toEqual(['Name', 'Weight', 'Colour', 'Taste']);
    expect(heads(733)).toEqual(['Name', 'Weight', 'Taste']);
    expect(heads(613)).toEqual(['Name', 'Taste']);
    expect(heads(454)).toEqual(['Name', 'Taste']);
    expect(heads(453)).toEqual([]);
  });
  it('says that there is nothing', () => {
    show([]);
    expect(screen.getByText('No fruit.')).toBeTruthy();
  });
});

describe('Link', () => {
  it('goes there without loading the page, and leaves the browser’s own ways alone', async () => {
    render(<Link to="/elsewhere?x=1">go</Link>);
    const user = userEvent.setup();
    await user.click(screen.getByRole('link'));
    expect(window.location.pathname + window.location.search).toBe('/elsewhere?x=1');
    window.history.replaceState(null, '', '/');
    const click = new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true });
    screen.getByRole('link').addEventListener('click', (event) => event.preventDefault(), { once: true });
    screen.getByRole('link').dispatchEvent(click);
    expect(window.location.pathname).toBe('/');
  });
});
