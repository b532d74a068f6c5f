// Titles that nobody has tamed: long ones, and ones written from right to left.
import { Fragment } from 'react';
import { MarkedText } from '../ui/marked_text';
import './title_path.css';

const NO_WORDS: readonly string[] = [];

interface TitlePathProps {
  /** Outermost first. */
  parts: readonly string[];
  words?: readonly string[];
}

/** Each part has a direction of its own: Arabic is not torn in two, and a mark that turns the order round ends with its part. */
export function TitlePath({ parts, words = NO_WORDS }: TitlePathProps): React.ReactNode {
  return parts.map((part, at) => <Fragment key={at}>{at > 0 && ' › '}<bdi><MarkedText text={part} words={words} /></bdi></Fragment>);
}

/** One line. Where it is too short the parents give way: it is the name that tells a test from its neighbours. */
export function TitleLine({ parents, name, words }: { parents: readonly string[]; name: string; words: readonly string[] }): React.ReactNode {
  return (
    <span className="title-line">
      {parents.length > 0 && <span className="title-parents soft"><TitlePath parts={parents} words={words} /> › </span>}
      <span className="title-name"><bdi><MarkedText text={name} words={words} /></bdi></span>
    </span>
  );
}
