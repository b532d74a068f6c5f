// Everything known about one test: why it ended as it did, each attempt with its evidence, and how to run it again.
import { CloseOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, Segmented, Tag } from 'antd';
import { useState } from 'react';
import type { FlowPlace } from '../model/flows';
import { outcomeOf, outcomeOfStatus, type Outcome } from '../model/outcome';
import type { AttemptView, TestView } from '../model/report';
import { rerunCommand } from '../model/rerun';
import { skipReason } from '../model/test_list';
import { shortTitle, spokenTitle } from '../model/titles';
import { formatDuration } from '../text/format';
import { CommandLine } from '../ui/code';
import { CopyButton } from '../ui/copy_button';
import { Link } from '../ui/link';
import { AttemptPanel } from './attempt_panel';
import { OutcomeIcon, OutcomeWord } from './outcome_mark';
import { usePlaces } from './places';
import { TitlePath } from './title_path';
import './test_detail.css';

interface TestDetailProps {
  test: TestView;
  close: () => void;
  /** The flow it is a part of; left out: none. */
  flow?: FlowPlace | null;
  /** Moves to a neighbour in the list; null at its end. */
  previous: (() => void) | null;
  next: (() => void) | null;
}

export function TestDetail({ test, flow = null, close, previous, next }: TestDetailProps): React.ReactNode {
  const outcome = outcomeOf(test);
  const place = test.line > 0 ? `${test.spec}:${test.line}` : test.spec;
  const carried = test.carried_from;
  const reason = outcome === 'skipped' && (test.reason === '' || carried !== '') ? skipReason(test) : carried === '' ? test.reason : '';
  const parents = test.title_path.slice(0, -1);
  const history = usePlaces().history(test.id);
  return (
    <article className="test-detail" aria-label={spokenTitle(test)}>
      <header className="detail-header">
        <div className="detail-actions">
          <OutcomeWord outcome={outcome} />
          {test.quarantined && <Tag color="purple">quarantined</Tag>}
          {carried !== '' && <CarriedTag run={carried} test={test.id} />}
          <span className="detail-spring" />
          <Button type="text" size="small" icon={<LeftOutlined />} disabled={previous === null} onClick={previous ?? undefined} aria-label="Previous test (k)" title="Previous test (k)" />
          <Button type="text" size="small" icon={<RightOutlined />} disabled={next === null} onClick={next ?? undefined} aria-label="Next test (j)" title="Next test (j)" />
          <Button type="text" size="small" icon={<CloseOutlined />} onClick={close} aria-label="Close (Esc)" title="Close (Esc)" />
        </div>
        {parents.length > 0 && <p className="detail-parents soft"><TitlePath parts={parents} /></p>}
        <h2><bdi>{shortTitle(test)}</bdi></h2>
        <p className="detail-place">
          <span className="mono">{place}</span><CopyButton text={place} what="the place" />
          {test.parameters !== '' && <span className="detail-chip">{test.parameters}</span>}
          {test.tags.map((tag) => <span key={tag} className="detail-chip">{tag}</span>)}
          {test.duration_ms > 0 && <span className="soft">{formatDuration(test.duration_ms)}</span>}
          {history !== null && <Link to={history}>History</Link>}
        </p>
        {flow !== null && <p className="detail-flow soft">{flow.phase !== '' && <>Phase <b>{flow.phase}</b> of the </>}{flow.phase === '' ? 'Flow' : 'flow'} <b>{flow.flow}</b>, which is the entry of the ledger</p>}
      </header>
      {reason !== '' && <p className="detail-reason" style={{ borderColor: `var(--ink-${outcome})` }}>{reason}</p>}
      {carried === '' ? <Attempts key={test.id} attempts={test.attempts} none={NO_ATTEMPT[outcome] ?? 'No attempt of this test was recorded.'} /> : <CarriedFrom run={carried} test={test.id} />}
      {test.annotations.length > 0 && (
        <section className="detail-section">
          <h3>Annotations</h3>
          <ul className="detail-annotations">
            {test.annotations.map((annotation, at) => (
              <li key={at}><b>{annotation.type}</b>{annotation.description !== '' && <> <Described text={annotation.description} /></>}</li>
            ))}
          </ul>
        </section>
      )}
      <section className="detail-section">
        <h3>Run it again</h3>
        <CommandLine command={rerunCommand(test)} what="the command" />
      </section>
    </article>
  );
}

interface CarriedProps {
  run: string;
  test: string;
}

function CarriedTag({ run, test }: CarriedProps): React.ReactNode {
  const there = usePlaces().run(run, test);
  return <Tag className="detail-carried">carried from {there === null ? run : <Link to={there}>{run}</Link>}</Tag>;
}

/** Its attempts are where it ran. */
function CarriedFrom({ run, test }: CarriedProps): React.ReactNode {
  const there = usePlaces().run(run, test);
  return <p className="detail-reason">It was not run again here: the verdict of the run before stands, and {there === null ? 'there' : <Link to={there}>there</Link>} are its attempts and artifacts.</p>;
}

const NO_ATTEMPT: Partial<Record<Outcome, string>> = {
  pending: 'It has not begun yet.',
  running: 'It is running. What it leaves behind is shown when it has ended.',
};

/** A link is followed only when the reader clicks it; anything but http stays text. */
function Described({ text }: { text: string }): React.ReactNode {
  return /^https?:\/\/\S+$/.test(text) ? <a href={text} target="_blank" rel="noreferrer noopener">{text}</a> : <span>{text}</span>;
}

/** `none` is said when there are none. */
export function Attempts({ attempts, none }: { attempts: readonly AttemptView[]; none: string }): React.ReactNode {
  // The first attempt that failed is what a reader came for, also when a retry passed.
  const [chosen, setChosen] = useState(() => Math.max(0, attempts.findIndex((one) => one.errors.length > 0)));
  const attempt = attempts[chosen];
  if (attempt === undefined) return <p className="soft detail-section">{none}</p>;
  return (
    <>
      {attempts.length > 1 && (
        <Segmented
          className="detail-attempts" aria-label="Attempts" value={chosen} onChange={setChosen}
          options={attempts.map((one, at) => ({
            value: at,
            label: <span className="detail-attempt"><OutcomeIcon outcome={outcomeOfStatus(one.status)} /> Attempt {one.number}{one.counted ? '' : ', not counted'}</span>,
          }))}
        />
      )}
      <AttemptPanel key={chosen} attempt={attempt} />
    </>
  );
}
