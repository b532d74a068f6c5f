// An error as its author meant it: the message in its terminal colours, the line of code, the stack with our own frames in front.
import type { ErrorView } from '../model/report';
import { stripAnsi } from '../text/ansi';
import { CodeBlock } from '../ui/code';
import { CopyButton } from '../ui/copy_button';
import { Disclosure } from '../ui/disclosure';

export function ErrorBlock({ error }: { error: ErrorView }): React.ReactNode {
  const place = error.file === '' ? '' : [error.file, error.line, error.column].filter((part) => part !== 0).join(':');
  return (
    <section className="error-block" aria-label="Error">
      <div className="error-message"><CodeBlock text={error.message} what="error message" /></div>
      {place !== '' && <div className="error-place"><span className="mono">{place}</span><CopyButton text={place} what="the place of the error" /></div>}
      {error.snippet !== '' && <Snippet text={stripAnsi(error.snippet)} />}
      {error.stack !== '' && (
        <div className="error-stack">
          <Disclosure title="Stack"><CodeBlock text={error.stack} what="stack"><Stack text={stripAnsi(error.stack)} /></CodeBlock></Disclosure>
        </div>
      )}
    </section>
  );
}

/** Frameworks mark the failing line with '>' and the column with '^' on the line after it. */
function Snippet({ text }: { text: string }): React.ReactNode {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre className="snippet" tabIndex={0} aria-label="source of the error">
      <code>
        {lines.map((line, at) => {
          const hit = /^\s*>/.test(line) || (/^[\s|]*\^+\s*$/.test(line) && /^\s*>/.test(lines[at - 1] ?? ''));
          return <span key={at} className={hit ? 'snippet-hit' : undefined}>{line === '' ? ' ' : line}</span>;
        })}
      </code>
    </pre>
  );
}

function Stack({ text }: { text: string }): React.ReactNode {
  return text.split('\n').map((line, at) => {
    const frame = /^\s+at |^\s+File "/.test(line);
    const foreign = frame && /node_modules|node:internal|site-packages|<anonymous>/.test(line);
    return <span key={at} className={foreign ? 'stack-foreign' : frame ? 'stack-own' : undefined}>{`${line}\n`}</span>;
  });
}
