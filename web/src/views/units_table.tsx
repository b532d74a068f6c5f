// Units, slowest first, with what the plan expected of them.
import { Fragment } from 'react';
import { Table, type TableColumnsType } from 'antd';
import type { UnitView } from '../model/report';
import { estimateRatio, isGoodEstimate, summariseEstimates } from '../model/units';
import { formatCount, formatDuration, formatRatio } from '../text/format';
import './units_table.css';

interface UnitsTableProps {
  units: readonly UnitView[];
  narrow: boolean;
  showTests: (unit: UnitView) => void;
}

const PAGE_SIZE = 50;

export function UnitsTable({ units, narrow, showTests }: UnitsTableProps): React.ReactNode {
  const longest_ms = units.reduce((longest, unit) => Math.max(longest, unit.duration_ms, unit.estimate_ms), 1);
  const summary = summariseEstimates(units);
  const columns: TableColumnsType<UnitView> = [
    {
      title: 'Unit', key: 'title', sorter: (a, b) => a.title.localeCompare(b.title), showSorterTooltip: false,
      render: (_, unit) => <button type="button" className="unit-title mono" onClick={() => showTests(unit)} title="Show its tests">{breakable(unit.title)}</button>,
    },
    { title: 'Tests', key: 'tests', align: 'right', width: narrow ? 74 : 84, sorter: (a, b) => a.tests - b.tests, showSorterTooltip: false, render: (_, unit) => formatCount(unit.tests) },
    { title: 'Worker', key: 'worker', width: 110, hidden: narrow, sorter: (a, b) => a.worker.localeCompare(b.worker), showSorterTooltip: false, render: (_, unit) => unit.worker },
    {
      title: 'Time, estimate marked', key: 'bar', width: '24%', hidden: narrow,
      render: (_, unit) => (
        <div className="unit-bar" aria-hidden="true">
          <span className="unit-bar-actual" style={{ width: `${(unit.duration_ms / longest_ms) * 100}%` }} />
          {unit.estimate_ms > 0 && <span className="unit-bar-estimate" style={{ left: `${(unit.estimate_ms / longest_ms) * 100}%` }} />}
        </div>
      ),
    },
    { title: 'Estimate', key: 'estimate', align: 'right', width: 110, hidden: narrow, sorter: (a, b) => a.estimate_ms - b.estimate_ms, showSorterTooltip: false, render: (_, unit) => unit.estimate_ms > 0 ? formatDuration(unit.estimate_ms) : <span className="soft">none</span> },
    { title: 'Actual', key: 'duration', align: 'right', width: narrow ? 84 : 100, defaultSortOrder: 'descend', sorter: (a, b) => a.duration_ms - b.duration_ms, showSorterTooltip: false, render: (_, unit) => formatDuration(unit.duration_ms) },
    { title: 'Actual ÷ estimate', key: 'ratio', align: 'right', width: 190, hidden: narrow, sorter: (a, b) => (estimateRatio(a) ?? 0) - (estimateRatio(b) ?? 0), showSorterTooltip: false, render: (_, unit) => <Ratio ratio={estimateRatio(unit)} /> },
  ];
  return (
    <section className="units">
      <p className="soft">
        {summary.estimated === 0 ? 'No unit had a usable estimate.' : `The plan was within 25 % of the actual time for ${formatCount(summary.good)} of ${formatCount(summary.estimated)} estimated units.`}
      </p>
      <div className="panel units-frame">
        <Table<UnitView>
          columns={columns} dataSource={[...units]} rowKey="index" size={narrow ? 'small' : 'middle'} tableLayout="fixed" scroll={narrow ? undefined : { x: 920 }}
          pagination={units.length > PAGE_SIZE ? { pageSize: PAGE_SIZE, showSizeChanger: false, showTotal: (total) => `${formatCount(total)} units` } : false}
        />
      </div>
    </section>
  );
}

/** A long path breaks after its folders before it breaks inside a word. */
function breakable(path: string): React.ReactNode {
  return path.split(/(?<=[/._])/).map((part, at) => <Fragment key={at}>{part}<wbr /></Fragment>);
}

function Ratio({ ratio }: { ratio: number | null }): React.ReactNode {
  if (ratio === null) return <span className="soft">–</span>;
  return <span className={isGoodEstimate(ratio) ? undefined : 'unit-off'}>{formatRatio(ratio)}</span>;
}
