// Terminal colours in test output as styled runs of text. Only the colours and weights people use are kept; every other escape
// sequence (cursor moves, titles, links) is dropped, because a report is not a terminal.

export type AnsiColor = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'gray';

export interface AnsiRun {
  text: string;
  color: AnsiColor | null;
  bold: boolean;
  dim: boolean;
}

const COLORS: Record<number, AnsiColor> = {
  31: 'red', 32: 'green', 33: 'yellow', 34: 'blue', 35: 'magenta', 36: 'cyan', 90: 'gray',
  91: 'red', 92: 'green', 93: 'yellow', 94: 'blue', 95: 'magenta', 96: 'cyan',
};

// CSI sequences, OSC sequences up to BEL or ST, and two-byte escapes.
// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b\[([0-9;:?]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g;

export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPE, '') : text;
}

export function parseAnsi(text: string): AnsiRun[] {
  const runs: AnsiRun[] = [];
  let style: Omit<AnsiRun, 'text'> = { color: null, bold: false, dim: false };
  let from = 0;
  const push = (until: number): void => {
    if (until > from) runs.push({ text: text.slice(from, until), ...style });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = restyle(style, match[1] ?? '');
  }
  push(text.length);
  return runs;
}

function restyle(style: Omit<AnsiRun, 'text'>, parameters: string): Omit<AnsiRun, 'text'> {
  let next = { ...style };
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) next = { color: null, bold: false, dim: false };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next.color = null;
    else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;  // Palette and true colours have no readable counterpart.
    else if (COLORS[code] !== undefined) next.color = COLORS[code];
  }
  return next;
}
