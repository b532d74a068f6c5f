import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';
import { baseName, formatBytes, formatDuration, formatInstant, formatPercent, formatRatio, keepUnits, plural } from './format';
import { markWords } from './mark_words';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'], [999, '999 ms'], [1_000, '1.0 s'], [1_249, '1.2 s'], [9_949, '9.9 s'], [16_240, '16.2 s'], [59_400, '59.4 s'], [73_900, '1 m 13 s'],
    [184_000, '3 m 04 s'], [3_600_000, '1 h 00 m'], [7_500_000, '2 h 05 m'], [-1, '–'], [Number.NaN, '–'],
  ])('%d ms reads as %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text));
});

describe('other numbers', () => {
  it('bytes switch units before four digits', () => {
    expect([0, 999, 1_000, 48_213, 999_600, 1_482_113].map((bytes) => plain(formatBytes(bytes)))).toEqual(['0 B', '999 B', '1.0 kB', '48 kB', '1.0 MB', '1.5 MB']);
  });
  it('a small share is not rounded to nothing', () => {
    expect([0, 0.0004, 0.034, 0.5, 1].map((share) => plain(formatPercent(share)))).toEqual(['0 %', '<0.1 %', '3.4 %', '50 %', '100 %']);
  });
  it('ratios and plurals', () => {
    expect([1.0832, 22.513, 0.003, 0].map((ratio) => plain(formatRatio(ratio)))).toEqual(['1.08 ×', '22.51 ×', '<0.01 ×', '0.00 ×']);
    expect([plural(1, 'step'), plural(2_000, 'step')]).toEqual(['1 step', '2,000 steps']);
  });
  it('units in a sentence stay with their numbers', () => {
    expect(keepUnits('took 1 m 29 s (9 times, 61 % of 2 machines)')).toBe('took 1\u202fm 29\u202fs (9 times, 61\u202f% of 2 machines)');
  });
  it('a path has a last part', () => expect([baseName('units/a b.sh'), baseName('a')]).toEqual(['a b.sh', 'a']));
  it('an instant that was never recorded is unknown, not 1970', () => {
    expect(formatInstant(0)).toBe('unknown');
    expect(formatInstant(Date.UTC(2026, 10, 21, 10, 32), 'en-GB', 'UTC')).toBe('21 Nov 2026, 10:32');
  });
});

describe('parseAnsi', () => {
  it('keeps colours and weights', () => {
    expect(parseAnsi('a \u001b[31mred\u001b[39m \u001b[1;32mbold green\u001b[0m end')).toEqual([
      { text: 'a ', color: null, bold: false, dim: false },
      { text: 'red', color: 'red', bold: false, dim: false },
      { text: ' ', color: null, bold: false, dim: false },
      { text: 'bold green', color: 'green', bold: true, dim: false },
      { text: ' end', color: null, bold: false, dim: false },
    ]);
  });
  it('an extended colour does not leak its numbers as other codes', () => {
    expect(parseAnsi('\u001b[38;5;31mx\u001b[0m')[0]).toEqual({ text: 'x', color: null, bold: false, dim: false });
    expect(parseAnsi('\u001b[38;2;1;2;31mx\u001b[0m')[0]).toEqual({ text: 'x', color: null, bold: false, dim: false });
  });
  it('drops cursor moves, titles and links', () => {
    expect(stripAnsi('\u001b[2K\u001b[1Gone\u001b]0;title\u0007 \u001b]8;;https://a.example\u001b\\two\u001b]8;;\u001b\\')).toBe('one two');
  });
});

describe('markWords', () => {
  it('finds every word, joined where hits overlap', () => {
    expect(markWords('Checkout checks', ['check', 'kout'])).toEqual([
      { text: 'Checkout', hit: true }, { text: ' ', hit: false }, { text: 'check', hit: true }, { text: 's', hit: false },
    ]);
  });
  it('leaves text alone whose length changes when lower-cased', () => {
    expect(markWords('İstanbul', ['stan'])).toEqual([{ text: 'İstanbul', hit: false }]);
  });
});
