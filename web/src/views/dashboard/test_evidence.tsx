// What one execution of a test left behind: its errors, screenshots, video and trace, with the latest failures to choose from. Which one it is
// stands in the address.
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { outcomeLabel, outcomeOfWord } from '../../model/outcome';
import { formatPlace, testInRun } from '../../model/place';
import type { TestView } from '../../model/report';
import { troubles, type Execution } from '../../model/test_history';
import { Link } from '../../ui/link';
import { navigate } from '../../ui/navigation';
import { TimeAgo } from '../../ui/time_ago';
import { OutcomeIcon, OutcomeWord } from '../outcome_mark';
import { Attempts } from '../test_detail';
import { ProblemNote } from './notes';
import './test_evidence.css';

const TROUBLES_SHOWN = 12;

interface TestEvidenceProps {
  project: string;
  test: string;
  /** Newest first. */
  executions: readonly Execution[];
  /** The run that is looked at. */
  run: string;
  /** Null until it is here. */
  left: TestView | null;
  problem: { status: number; title: string; message: string } | null;
  retry: () => void;
}

/** The same page with another execution. */
export function executionPlace(project: string, test: string, run: string): string {
  return formatPlace({ page: 'test', project, test, run });
}

export function TestEvidence({ project, test, executions, run, left, problem, retry }: TestEvidenceProps): React.ReactNode {
  const at = executions.findIndex((one) => one.run_id === run);
  const execution = executions[at];
  const step = (label: string, icon: React.ReactNode, to: Execution | undefined): React.ReactNode => (
    <Button type="text" size="small" icon={icon} aria-label={label} title={label} disabled={to === undefined} onClick={() => to !== undefined && navigate(executionPlace(project, test, to.run_id))} />
  );
  return (
    <section className="panel test-part test-evidence" aria-label="Evidence">
      <header>
        <h2>Evidence</h2>
        <p className="evidence-which">
          {execution !== undefined && <><OutcomeWord outcome={outcomeOfWord(execution.outcome)} /> <TimeAgo at={execution.at} />{execution.branch !== '' && <span className="soft"> on {execution.branch}</span>} <span className="soft">in</span> </>}
          <Link className="mono" to={testInRun(run, test)}>{run}</Link>
        </p>
        <span className="evidence-steps">
          {step('Older execution', <LeftOutlined />, at < 0 ? undefined : executions[at + 1])}
          {step('Newer execution', <RightOutlined />, at < 0 ? undefined : executions[at - 1])}
        </span>
      </header>
      <Troubles project={project} test={test} executions={executions} run={run} />
      {problem !== null && left === null && <EvidenceProblem problem={problem} retry={retry} />}
      {problem === null && left === null && <p className="soft evidence-wait" role="status">Loading what it left behind…</p>}
      {left !== null && <LeftBehind project={project} test={test} left={left} key={run} />}
    </section>
  );
}

function Troubles({ project, test, executions, run }: Pick<TestEvidenceProps, 'project' | 'test' | 'executions' | 'run'>): React.ReactNode {
  const shown = troubles(executions, TROUBLES_SHOWN);
  if (shown.length === 0) return null;
  return (
    <nav className="evidence-troubles" aria-label="Latest failures">
      <ul>
        {shown.map((one) => (
          <li key={`${one.run_id} ${one.at}`}>
            <Link to={executionPlace(project, test, one.run_id)} aria-current={one.run_id === run ? 'true' : undefined}>
              <OutcomeIcon outcome={outcomeOfWord(one.outcome)} /> <span className="visually-hidden">{outcomeLabel(outcomeOfWord(one.outcome))} </span><TimeAgo at={one.at} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** That an old run is gone is no fault: its figures are kept longer than its files. */
function EvidenceProblem({ problem, retry }: { problem: NonNullable<TestEvidenceProps['problem']>; retry: () => void }): React.ReactNode {
  if (problem.status === 410 || problem.status === 404) return <p className="soft evidence-wait" role="status">{problem.message}</p>;
  return <ProblemNote title={problem.title} detail={problem.message} retry={retry} />;
}

function LeftBehind({ project, test, left }: { project: string; test: string; left: TestView }): React.ReactNode {
  if (left.carried_from !== '') {
    return <p className="soft evidence-wait">It was not run again in this run: the verdict of <Link className="mono" to={executionPlace(project, test, left.carried_from)}>{left.carried_from}</Link> stands, and there is what it left behind.</p>;
  }
  const has_files = left.attempts.some((one) => one.attachments.length > 0);
  return (
    <>
      {left.reason !== '' && <p className="evidence-wait">{left.reason}</p>}
      <Attempts attempts={left.attempts} none="No attempt of it was recorded in this run." />
      {left.attempts.length > 0 && !has_files && <p className="soft evidence-wait">It left no screenshot, video or trace. Frameworks make them when they are told to.</p>}
    </>
  );
}
