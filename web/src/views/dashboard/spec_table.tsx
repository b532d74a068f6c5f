// Specs with their figures over all runs.
import { outcomeLabel, outcomeOfWord } from '../../model/outcome';
import { formatPlace } from '../../model/place';
import type { SpecFigures, SpecSort } from '../../model/test_history';
import { formatCount, formatDuration, plural } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { Link } from '../../ui/link';
import { MarkedText } from '../../ui/marked_text';
import { TimeAgo } from '../../ui/time_ago';
import { OutcomeIcon } from '../outcome_mark';

interface SpecTableProps {
  project: string;
  specs: readonly SpecFigures[];
  words: readonly string[];
  sort: SpecSort;
  chooseSort: (sort: SpecSort) => void;
  busy: boolean;
  empty: React.ReactNode;
}

export function SpecTable({ project, specs, words, sort, chooseSort, busy, empty }: SpecTableProps): React.ReactNode {
  const name = (spec: SpecFigures): React.ReactNode => <SpecName project={project} spec={spec} words={words} />;
  const columns: readonly Column<SpecFigures, SpecSort>[] = [
    { name: 'spec', title: 'Spec', width: 'minmax(240px, 6fr)', sort: 'name', render: name },
    { name: 'failed', title: 'Failed', width: '90px', align: 'right', sort: 'failed', render: (spec) => <Count count={spec.failed} ink="failed" /> },
    { name: 'flaky', title: 'Flaky', width: '90px', align: 'right', sort: 'flaky', render: (spec) => <Count count={spec.flaky} ink="flaky" /> },
    { name: 'tests', title: 'Tests', width: '70px', align: 'right', from_px: 900, sort: 'tests', render: (spec) => formatCount(spec.tests) },
    { name: 'runs', title: 'Runs', width: '70px', align: 'right', from_px: 1100, render: (spec) => formatCount(spec.runs) },
    { name: 'slow', title: 'p50', width: '100px', align: 'right', sort: 'slow', render: (spec) => formatDuration(spec.p50_ms) },
    { name: 'last', title: 'Last', width: '96px', align: 'right', sort: 'latest', render: (spec) => <TimeAgo at={spec.last_at} /> },
  ];
  const narrow = (spec: SpecFigures): React.ReactNode => (
    <span className="test-narrow">
      {name(spec)}
      <span className="test-narrow-line soft"><span>{plural(spec.tests, 'test')}</span>{spec.failed > 0 && <span style={{ color: 'var(--ink-failed)' }}>{formatCount(spec.failed)} failed</span>}<span>{formatDuration(spec.p50_ms)}</span><span><TimeAgo at={spec.last_at} /></span></span>
    </span>
  );
  return (
    <DataTable<SpecFigures, SpecSort>
      label="Specs" columns={columns} rows={specs} rowKey={(spec) => spec.spec} row_px={42} narrow={{ row_px: 62, render: narrow }} sort={sort} chooseSort={chooseSort} busy={busy} empty={empty}
    />
  );
}

function SpecName({ project, spec, words }: { project: string; spec: SpecFigures; words: readonly string[] }): React.ReactNode {
  const outcome = outcomeOfWord(spec.last_outcome);
  return (
    <span className="test-name">
      <OutcomeIcon outcome={outcome} />
      <Link className="row-link cell-one mono" to={formatPlace({ page: 'tests', project, text: spec.spec, sort: 'flaky' })} title={`The tests of ${spec.spec}`}>
        <span className="visually-hidden">last {outcomeLabel(outcome)}: </span><MarkedText text={spec.spec} words={words} />
      </Link>
    </span>
  );
}

function Count({ count, ink }: { count: number; ink: 'failed' | 'flaky' }): React.ReactNode {
  return count === 0 ? <span className="rate-none">–</span> : <span style={{ color: `var(--ink-${ink})` }}>{formatCount(count)}</span>;
}
