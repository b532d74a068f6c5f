// All facts of the run in one place, and the keys this page understands.
import type { ReportView } from '../model/report';
import { wallRatio } from '../model/ledger';
import { isAtWork, verdictLabel } from '../model/outcome';
import { formatCount, formatDuration, formatInstant, formatRatio } from '../text/format';
import { CommandLine } from '../ui/code';
import { CopyButton } from '../ui/copy_button';
import { FactList, type Fact } from '../ui/fact_list';
import './run_facts.css';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'], ['j or ↓', 'next test'], ['k or ↑', 'previous test'], ['Enter', 'open the test, or fold a spec'], ['Esc', 'close the test, or leave the search'], ['1 to 5', 'the five tabs'],
];

export function RunFacts({ report }: { report: ReportView }): React.ReactNode {
  const { run } = report;
  const ratio = wallRatio(run.wall_ms, run.lower_bound_ms);
  const facts: Fact[] = [
    { name: 'Verdict', value: isAtWork(run.verdict) ? verdictLabel(run.verdict) : `${verdictLabel(run.verdict)}, exit code ${run.exit_code}` },
    { name: 'Project', value: orUnknown(run.project) },
    { name: 'Run', value: <Copyable text={run.run_id} what="the run id" /> },
    { name: 'Started', value: formatInstant(run.started_at_ms) },
    { name: 'Command', value: run.command === '' ? 'unknown' : <CommandLine command={run.command} what="the command" /> },
    { name: 'Seed', value: run.seed === '' ? 'unknown' : <Copyable text={run.seed} what="the seed" /> },
    { name: 'Branch', value: orUnknown(run.branch) },
    { name: 'Commit', value: run.commit === '' ? 'unknown' : <Copyable text={run.commit} what="the commit" /> },
    { name: 'Framework', value: orUnknown(run.framework) },
    { name: 'Policy', value: orUnknown(run.policy) },
    { name: 'Machine', value: orUnknown(run.machine) },
    { name: 'Tamarack', value: orUnknown(run.tamarack_version) },
  ];
  const times: Fact[] = [
    { name: 'Wall time', value: formatDuration(run.wall_ms) },
    { name: 'Lower bound', value: run.lower_bound_ms > 0 ? formatDuration(run.lower_bound_ms) : 'unknown' },
    { name: 'Wall ÷ bound', value: ratio === null ? 'unknown' : formatRatio(ratio) },
    { name: 'Time in tests', value: formatDuration(run.busy_ms) },
    { name: 'Workers', value: formatCount(run.workers) },
    { name: 'Planned tests', value: formatCount(run.planned) },
    { name: 'Attempts', value: formatCount(run.attempts) },
    { name: 'Units', value: formatCount(report.units.length) },
  ];
  return (
    <div className="run-facts">
      <section className="panel"><h2>Run</h2><FactList facts={facts} /></section>
      <div>
        <section className="panel"><h2>Time</h2><FactList facts={times} /></section>
        <section className="panel"><h2>Keys</h2><FactList facts={KEYS.map(([keys, meaning]) => ({ name: keys, value: meaning }))} /></section>
      </div>
    </div>
  );
}

function Copyable({ text, what }: { text: string; what: string }): React.ReactNode {
  return <><span className="mono">{text}</span> <CopyButton text={text} what={what} /></>;
}

function orUnknown(text: string): string {
  return text === '' ? 'unknown' : text;
}
