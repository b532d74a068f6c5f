// The three kinds of rows of the test list.
import { CaretRightFilled } from '@ant-design/icons';
import { Tag, Tooltip } from 'antd';
import { memo } from 'react';
import { outcomeLabel, outcomeOf, type Section } from '../model/outcome';
import type { TestView } from '../model/report';
import { hasSecondLine, type SectionRow, type SpecRow, type TestRow } from '../model/test_list';
import { shortTitle, spokenTitle } from '../model/titles';
import { formatCount, formatDuration } from '../text/format';
import { MarkedText } from '../ui/marked_text';
import { OutcomeIcon } from './outcome_mark';
import { TitleLine, TitlePath } from './title_path';

interface RowProps {
  id: string;
  style: React.CSSProperties;
  /** 1-based among all rows. */
  position: number;
  total: number;
  active: boolean;
}

const SECTIONS: Record<Section, string> = { attention: 'Needs attention', flaky: 'Flaky', open: 'Not finished', quiet: 'Passed and skipped' };

/** Not a heading to a screen reader: a tree holds nothing but its items, and each of them says its outcome. */
export function SectionHeading({ row, id, style }: RowProps & { row: SectionRow }): React.ReactNode {
  return (
    <div id={id} className="row row-section" role="none" style={style}>
      <b>{SECTIONS[row.section]} <span className="soft">{formatCount(row.count)}</span></b>
    </div>
  );
}

export function SpecHeading({ row, words, toggle, id, style, position, total, active }: RowProps & { row: SpecRow; words: readonly string[]; toggle: (group: string) => void }): React.ReactNode {
  return (
    <div
      id={id} className="row row-spec" role="treeitem" style={style} aria-level={1} aria-posinset={position} aria-setsize={total} aria-expanded={!row.collapsed}
      aria-selected={false} data-active={active ? '' : undefined} onClick={() => toggle(row.key)}
    >
      <CaretRightFilled className={row.collapsed ? 'caret' : 'caret caret-open'} aria-hidden="true" />
      <span className="row-spec-path mono"><MarkedText text={row.spec} words={words} /></span>
      <span className="soft">{formatCount(row.count)}</span>
    </div>
  );
}

interface TestLineProps extends RowProps {
  row: TestRow;
  test: TestView;
  words: readonly string[];
  longest_ms: number;
  selected: boolean;
  narrow: boolean;
  open: (test: number) => void;
}

export const TestLine = memo(function TestLine({ row, test, words, longest_ms, selected, narrow, open, id, style, position, total, active }: TestLineProps): React.ReactNode {
  const outcome = outcomeOf(test);
  const parents = test.title_path.slice(0, -1);
  const carried = test.carried_from;
  const time = (
    <span className="row-time">
      {test.duration_ms > 0 || (test.attempts.length > 0 && (outcome === 'passed' || outcome === 'failed' || outcome === 'flaky')) ? (
        <>
          <span className="row-time-bar" aria-hidden="true"><span style={{ width: `${(test.duration_ms / Math.max(1, longest_ms)) * 100}%` }} /></span>
          <span>{test.duration_ms > 0 ? formatDuration(test.duration_ms) : '<1\u202fms'}</span>
        </>
      ) : <span className="soft">–</span>}
    </span>
  );
  const badges = (
    <>
      {test.parameters !== '' && <span className="row-parameters soft"><MarkedText text={test.parameters} words={words} /></span>}
      {test.attempts.length > 1 && <span className="row-retries">{test.attempts.length} attempts</span>}
      {test.quarantined && <Tooltip title="Quarantined: its failure does not fail the run"><Tag className="row-tag" color="purple">quarantined</Tag></Tooltip>}
      {carried !== '' && <Tooltip title={`Carried forward from ${carried}; not run again here`}><Tag className="row-tag">carried</Tag></Tooltip>}
      {test.tags.length > 0 && <span className="row-tags soft">{test.tags.map((tag) => <span key={tag}><MarkedText text={tag} words={words} /></span>)}</span>}
    </>
  );
  return (
    <div
      id={id} className="row row-test" role="treeitem" style={style} aria-level={2} aria-posinset={position} aria-setsize={total} aria-selected={selected}
      data-active={active ? '' : undefined} aria-label={spokenRow(test, row.note)} onClick={() => open(row.test)}
    >
      <OutcomeIcon outcome={outcome} />
      <div className="row-body">
        <div className="row-line">
          <span className="row-title"><TitleLine parents={narrow ? [] : parents} name={shortTitle(test)} words={words} /></span>
          {!narrow && badges}
          {time}
        </div>
        {narrow && hasSecondLine(test) && <div className="row-line row-line-second"><span className="row-title soft"><TitlePath parts={parents} /></span>{badges}</div>}
        {row.note !== '' && <div className="row-note mono" style={{ color: `var(--ink-${outcome})` }}><MarkedText text={row.note} words={words} /></div>}
      </div>
    </div>
  );
});

/** All that the row shows but its time, for who only hears it. */
function spokenRow(test: TestView, note: string): string {
  const badges = [
    ...(test.attempts.length > 1 ? [`${test.attempts.length} attempts`] : []),
    ...(test.quarantined ? ['quarantined'] : []),
    ...(test.carried_from === '' ? [] : [`carried from ${test.carried_from}`]),
    ...test.tags,
  ];
  const title = `${outcomeLabel(outcomeOf(test))}: ${spokenTitle(test)}${test.parameters === '' ? '' : ` [${test.parameters}]`}`;
  return [title, ...badges].join(', ') + (note === '' ? '' : `. ${note}`);
}
