import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AnsiText, CODE_CHARACTERS_MAX, CommandLine } from './code';
import { CopyButton } from './copy_button';
import { Disclosure } from './disclosure';
import { FactList } from './fact_list';
import { MarkedText } from './marked_text';
import { TabBar, TabPanel } from './tab_bar';
import { ThemeSwitch } from './theme_switch';
import { antdTheme, useTheme } from './theme';

afterEach(() => localStorage.clear());

describe('copying', () => {
  it('puts the text on the clipboard and says so', async () => {
    const user = userEvent.setup();
    render(<CommandLine command="tamarack run" what="the command" />);
    await user.click(screen.getByRole('button', { name: 'Copy the command' }));
    expect(await navigator.clipboard.readText()).toBe('tamarack run');
    await waitFor(() => expect(document.querySelector('.anticon-check')).not.toBeNull());
  });
  it('a browser that refuses is not claimed to have copied', async () => {
    const user = userEvent.setup();
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('denied'));
    render(<CopyButton text="x" what="it" />);
    await user.click(screen.getByRole('button'));
    await waitFor(() => expect(document.body.textContent).toContain('The browser refused to copy'));
    expect(document.querySelector('.anticon-check')).toBeNull();
  });
});

describe('text', () => {
  it('huge output is cut with a word about it', () => {
    const { container } = render(<AnsiText text={'x'.repeat(CODE_CHARACTERS_MAX + 1_500)} />);
    expect(container.textContent).toMatch(/1,500 more characters are not shown$/);
  });
  it('hits are marked', () => {
    const { container } = render(<MarkedText text="Cart total" words={['total']} />);
    expect(container.innerHTML).toBe('Cart <mark>total</mark>');
  });
  it('facts and disclosures', () => {
    const { container } = render(<><FactList facts={[{ name: 'a', value: 'b' }]} /><Disclosure title="Log" open>inside</Disclosure></>);
    expect(container.querySelector('dl')?.textContent).toBe('ab');
    expect(container.querySelector('details')?.open).toBe(true);
  });
});

describe('TabBar', () => {
  const items = [{ name: 'one', label: 'One' }, { name: 'two', label: 'Two', count: '7' }, { name: 'three', label: 'Three' }] as const;
  it('is walked with the arrow keys and wraps around', async () => {
    const choose = vi.fn();
    render(<><TabBar label="Parts" items={items} chosen="one" choose={choose} /><TabPanel name="one">x</TabPanel></>);
    screen.getByRole('tab', { name: 'One' }).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowLeft}{End}');
    expect(choose.mock.calls.flat()).toEqual(['two', 'three', 'three']);
    expect(screen.getByRole('tabpanel').getAttribute('aria-labelledby')).toBe(screen.getByRole('tab', { selected: true }).id);
  });
  it('brings the chosen tab into its sight, and tells which of its edges hides something', () => {
    // Three tabs of 100 px in a bar of 150 px.
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(150);
    vi.spyOn(HTMLElement.prototype, 'scrollWidth', 'get').mockReturnValue(300);
    vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
      const at = items.findIndex((item) => this.id === `tab-${item.name}`);
      return at < 0 ? new DOMRect(0, 0, 150, 40) : new DOMRect(at * 100 - (this.parentElement?.scrollLeft ?? 0), 0, 100, 40);
    });
    const bar = (): { left: number; hides: string[] } => {
      const { scrollLeft, attributes } = screen.getByRole('tablist');
      return { left: scrollLeft, hides: [...attributes].map(({ name }) => name).filter((name) => name.startsWith('data-more')) };
    };
    const { rerender } = render(<TabBar label="Parts" items={items} chosen="one" choose={vi.fn()} />);
    expect(bar().hides).toEqual(['data-more-right']);
    rerender(<TabBar label="Parts" items={items} chosen="three" choose={vi.fn()} />);
    expect(bar().left).toBeGreaterThanOrEqual(150);
    expect(bar().hides).toEqual(['data-more-left']);
  });
});

function Themed(): React.ReactNode {
  const { choice, dark, choose } = useTheme();
  return <><ThemeSwitch choice={choice} choose={choose} /><output>{`${choice} ${dark ? 'dark' : 'light'}`}</output></>;
}

describe('theme', () => {
  it('goes from system to light to dark and back, and is remembered', async () => {
    render(<Themed />);
    const seen: (string | null)[] = [];
    for (let click = 0; click < 3; click += 1) {
      await userEvent.click(screen.getByRole('button'));
      seen.push(localStorage.getItem('tamarack.theme'));
    }
    expect(seen).toEqual(['light', 'dark', null]);
    expect(document.documentElement.dataset.theme).toBe('light');
  });
  it('starts with the remembered choice', () => {
    localStorage.setItem('tamarack.theme', 'dark');
    render(<Themed />);
    expect(screen.getByRole('status').textContent).toBe('dark dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
  });
  it('does not move for who wants nothing to move', () => {
    expect([antdTheme(false, 1, true), antdTheme(false)].map((theme) => theme.token?.motion)).toEqual([false, true]);
  });
  it('has one set of variables for both colours', () => {
    expect(antdTheme(true).cssVar).toEqual(antdTheme(false).cssVar);
  });
});
