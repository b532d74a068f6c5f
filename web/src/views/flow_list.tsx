// The flows of a run, worst first: what ended each, how long it worked and how long it waited, and its phases with their evidence.
import { CaretRightFilled } from '@ant-design/icons';
import { Button, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { flowOrder, phaseInk, phaseWord, untilDeadline } from '../model/flows';
import { isSettled, needsAttention, outcomeOf, outcomeLabel, outcomeOfWord } from '../model/outcome';
import type { FlowPhaseView, FlowView, ReportView } from '../model/report';
import { spokenTitle, titleParts } from '../model/titles';
import { formatDuration, plural } from '../text/format';
import { CodeBlock } from '../ui/code';
import { Link } from '../ui/link';
import { OutcomeIcon, OutcomeWord } from './outcome_mark';
import { usePlaces } from './places';
import { TitlePath } from './title_path';
import './flow_list.css';

interface FlowListProps {
  report: ReportView;
  /** The present instant on the run's clock, while it goes on. */
  now_ms?: number;
  /** Shows a test, by its index. */
  open: (test: number) => void;
}

const SHOWN_MAX = 200;

export function FlowList({ report, now_ms, open }: FlowListProps): React.ReactNode {
  const flows = useMemo(() => flowOrder(report.run.flows), [report.run.flows]);
  const [all, setAll] = useState(false);
  const shown = all ? flows : flows.slice(0, SHOWN_MAX);
  return (
    <ul className="flow-list" aria-label="Flows">
      {shown.map((flow) => <Flow key={`${flow.rule} ${flow.name}`} flow={flow} report={report} {...(now_ms === undefined ? {} : { now_ms })} open={open} />)}
      {shown.length < flows.length && <li className="flow-more"><Button onClick={() => setAll(true)}>Show all {plural(flows.length, 'flow')}</Button></li>}
    </ul>
  );
}

function Flow({ flow, report, now_ms, open }: FlowListProps & { flow: FlowView }): React.ReactNode {
  const outcome = outcomeOfWord(flow.outcome);
  // Whether it is open is the reader's own from then on.
  const [opened] = useState(needsAttention(outcome) || !isSettled(outcome));
  const places = usePlaces();
  const there = places.run(flow.carried_from);
  return (
    <li className="flow-item panel">
      <details open={opened}>
        <summary>
          <CaretRightFilled className="caret" aria-hidden="true" />
          <OutcomeWord outcome={outcome} />
          <span className="flow-name">{flow.name}</span>
          {flow.quarantined && <Tag color="purple">quarantined</Tag>}
          {flow.carried_from !== '' && <Tag>carried from {there === null ? flow.carried_from : <Link to={there}>{flow.carried_from}</Link>}</Tag>}
          {isSettled(outcome) && <span className="flow-times"><span>active {formatDuration(flow.active_ms)}</span><span>waited {formatDuration(flow.waited_ms)}</span></span>}
        </summary>
        <div className="flow-body">
          {flow.reason !== '' && <p className="flow-reason" style={{ borderColor: `var(--ink-${outcome})` }}>{flow.reason}</p>}
          <ol className="flow-phases" aria-label={`Phases of ${flow.name}`}>
            {flow.phases.map((phase, at) => (
              <Phase
                key={phase.name} phase={phase} over={isSettled(outcome)} report={report} open={open} {...(now_ms === undefined ? {} : { now_ms })}
                wait={isSettled(outcome) || phase.outcome !== 'open' ? null : places.wait(report.run.run_id, report.run.flows.indexOf(flow), at)}
              />
            ))}
          </ol>
        </div>
      </details>
    </li>
  );
}

function Phase({ phase, over, report, now_ms, wait, open }: FlowListProps & { phase: FlowPhaseView; over: boolean; wait: string | null }): React.ReactNode {
  const ink = phaseInk(phase, over);
  const begun = phase.outcome !== '' && phase.outcome !== 'open' && phase.outcome !== 'never_ran';
  return (
    <li>
      <span className="outcome-word" style={{ color: `var(--ink-${ink})` }}><OutcomeIcon outcome={ink} />{phaseWord(phase, over)}</span>
      <span className="flow-phase-name"><b>{phase.name}</b> <span className="soft">{phase.wait ? wait === null ? 'a wait' : <Link to={wait}>what it looks at</Link> : plural(phase.tests.length, 'test')}</span></span>
      <div className="flow-phase-words">
        {phase.message !== '' && <span>{phase.message}</span>}
        {phase.outcome === 'open' && phase.deadline_ms > 0 && now_ms !== undefined && <span className="soft">{untilDeadline(phase.deadline_ms - now_ms)}</span>}
        {phase.excerpt !== '' && <CodeBlock text={phase.excerpt} what={`the last answer of ${phase.name}`} />}
        {phase.tests.length > 0 && (
          <ul className="flow-tests">
            {phase.tests.map((at) => {
              const test = report.tests[at];
              return test !== undefined && (
                <li key={at}>
                  <button type="button" onClick={() => open(at)} aria-label={`${outcomeLabel(outcomeOf(test))}: ${spokenTitle(test)}`}><OutcomeIcon outcome={outcomeOf(test)} /><span><TitlePath parts={titleParts(test)} /></span></button>
                </li>
              );
            })}
          </ul>
        )}
      </div>
      <span className="flow-phase-time">{begun ? formatDuration(phase.duration_ms) : phase.outcome === 'open' && now_ms !== undefined ? formatDuration(Math.max(0, now_ms - phase.started_ms)) : '–'}</span>
    </li>
  );
}
