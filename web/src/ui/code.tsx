// Preformatted text the way a terminal showed it, and one-line commands to take along.
import { memo } from 'react';
import { parseAnsi } from '../text/ansi';
import { CopyButton } from './copy_button';
import './code.css';

/** Longer text is cut: a browser lays out a megabyte of preformatted text in seconds, not in a frame. */
export const CODE_CHARACTERS_MAX = 200_000;

export const AnsiText = memo(function AnsiText({ text }: { text: string }): React.ReactNode {
  const cut = text.length > CODE_CHARACTERS_MAX;
  const runs = parseAnsi(cut ? text.slice(0, CODE_CHARACTERS_MAX) : text);
  return (
    <>
      {runs.map((run, at) => run.color === null && !run.bold && !run.dim ? run.text : (
        <span key={at} className={`${run.bold ? 'ansi-bold' : ''} ${run.dim ? 'ansi-dim' : ''}`} style={run.color === null ? undefined : { color: `var(--ansi-${run.color})` }}>{run.text}</span>
      ))}
      {cut && <span className="soft">{`\n… ${(text.length - CODE_CHARACTERS_MAX).toLocaleString('en-US')} more characters are not shown`}</span>}
    </>
  );
});

export function CodeBlock({ text, what, children }: { text: string; what: string; children?: React.ReactNode }): React.ReactNode {
  return (
    <div className="code-block">
      <pre tabIndex={0} aria-label={what}>{children ?? <AnsiText text={text} />}</pre>
      <CopyButton text={text} what={what} className="code-copy" />
    </div>
  );
}

export function CommandLine({ command, what }: { command: string; what: string }): React.ReactNode {
  return (
    <div className="command-line">
      <code>{command}</code>
      <CopyButton text={command} what={what} />
    </div>
  );
}
