// One wait: what it waits for and what was seen, with every look that mattered; and where a person is asked, the answer.
import { Button } from 'antd';
import { useState } from 'react';
import { formatPlace } from '../../model/place';
import { openSignals, waitInk, waitStateLabel, type WaitCondition, type WaitRow } from '../../model/wait_row';
import { formatClock, formatDuration, formatInstant } from '../../text/format';
import { CodeBlock } from '../../ui/code';
import { FactList } from '../../ui/fact_list';
import { Labelled } from '../../ui/fields';
import { Link } from '../../ui/link';
import { StateWord } from './state_word';
import { Owner, inWords } from './wait_table';
import './wait_page.css';

export type Decision = 'approved' | 'rejected';

interface WaitPageProps {
  wait: WaitRow;
  now: number;
  /** Null where the reader may not. */
  decide: ((key: string, decision: Decision, comment: string) => void) | null;
  cancel: (() => void) | null;
  busy: boolean;
}

export function WaitPage({ wait, now, decide, cancel, busy }: WaitPageProps): React.ReactNode {
  const over = wait.state === 'over';
  const captures = Object.entries(wait.captures);
  return (
    <>
      <header className="wait-head panel">
        <div>
          <h1><StateWord word={waitStateLabel(wait)} ink={waitInk(wait)} /> {wait.name === '' ? wait.wait_id : wait.name}</h1>
          <p className="wait-stands">{over ? `after ${formatDuration(wait.waited_ms)}${wait.message === '' ? '' : `: ${wait.message}`}` : `for ${formatDuration(Math.max(0, now - Date.parse(wait.parked_at)))}, no worker is held`}</p>
        </div>
        {!over && cancel !== null && <Button danger disabled={busy} onClick={cancel}>Cancel</Button>}
      </header>
      {openSignals(wait).map((key) => <Ask key={key} signal={key} decide={decide} busy={busy} />)}
      <section className="panel wait-part" aria-label="Conditions">
        <h2>Waits for</h2>
        <ul className="wait-conditions">
          {wait.conditions.map((one, at) => (
            <li key={at}>
              <StateWord word={one.over ? one.outcome.replace('_', ' ') : 'waiting'} ink={one.over ? (one.outcome === 'satisfied' ? 'passed' : one.outcome === 'invalid' ? 'failed' : one.outcome) : 'running'} />
              <span><b>{one.name}</b> <Target condition={one} /></span>
              <span className="soft">{one.message === '' ? one.status : one.message}</span>
            </li>
          ))}
        </ul>
      </section>
      {captures.length > 0 && (
        <section className="panel wait-part" aria-label="Captured">
          <h2>Captured</h2>
          <FactList facts={captures.map(([name, value]) => ({ name, value: <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span> }))} />
        </section>
      )}
      <section className="panel wait-part" aria-label="What was seen">
        <h2>What was seen</h2>
        {wait.notes.length === 0 ? (wait.excerpt === '' || !over) && <p className="soft">{over ? 'Nothing.' : 'Nothing yet.'}</p> : (
          <ol className="wait-notes">
            {wait.notes.map((note, at) => (
              <li key={at}>
                <time className="soft" dateTime={note.at}>{formatClock(Date.parse(note.at))}</time>
                <span className="soft">{note.what}</span>
                <span>{note.text}</span>
              </li>
            ))}
          </ol>
        )}
        {wait.excerpt !== '' && <><h3>The last answer</h3><CodeBlock text={wait.excerpt} what="the last answer" /></>}
      </section>
      <section className="panel wait-part" aria-label="Facts">
        <FactList
          facts={[
            { name: 'Who waits', value: <Owner wait={wait} /> }, { name: 'Since', value: formatInstant(Date.parse(wait.parked_at)) },
            { name: 'Deadline', value: formatInstant(Date.parse(wait.deadline)) }, { name: 'Looks', value: wait.probes }, { name: 'Next look', value: over || wait.next_look_at === '' ? '–' : inWords(Date.parse(wait.next_look_at) - now) },
            { name: 'Id', value: <span className="mono">{wait.wait_id}</span> },
          ]}
        />
      </section>
    </>
  );
}

function Target({ condition: { source, target } }: { condition: WaitCondition }): React.ReactNode {
  if (source === 'signal') return <>the signal <span className="mono">{target}</span></>;
  return source === 'job' ? <>the job <Link className="mono" to={formatPlace({ page: 'job', job: target })}>{target}</Link></> : <span className="mono">{target}</span>;
}

interface AskProps {
  signal: string;
  decide: WaitPageProps['decide'];
  busy: boolean;
}

function Ask({ signal, decide, busy }: AskProps): React.ReactNode {
  const [comment, setComment] = useState('');
  return (
    <section className="panel wait-part wait-ask" aria-label={`Decision ${signal}`}>
      <h2>Somebody has to say: <span className="mono">{signal}</span></h2>
      {decide === null ? <p className="soft">You may look, and runners may answer.</p> : (
        <>
          <Labelled label="Comment" hint="is kept with the decision">{(id) => <input id={id} className="field" value={comment} maxLength={500} autoComplete="off" onChange={(event) => setComment(event.target.value)} />}</Labelled>
          <div className="wait-buttons">
            <Button type="primary" disabled={busy} onClick={() => decide(signal, 'approved', comment)}>Approve</Button>
            <Button danger disabled={busy} onClick={() => decide(signal, 'rejected', comment)}>Reject</Button>
          </div>
        </>
      )}
    </section>
  );
}
