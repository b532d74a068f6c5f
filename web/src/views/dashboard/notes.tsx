// Short words about the page itself: what failed, that nothing is there, how it is used.
import { DisconnectOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Dialog } from '../../ui/dialog';
import { FactList } from '../../ui/fact_list';
import './notes.css';

interface ProblemNoteProps {
  title: string;
  detail: string;
  faults?: readonly string[];
  retry?: () => void;
}

export function ProblemNote({ title, detail, faults = [], retry }: ProblemNoteProps): React.ReactNode {
  return (
    <section className="problem" role="alert">
      <DisconnectOutlined aria-hidden="true" />
      <div>
        <b>{title}</b>
        {detail !== title && <p>{detail}</p>}
        {faults.length > 1 && <ul>{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>}
      </div>
      {retry !== undefined && <Button size="small" onClick={retry}>Try again</Button>}
    </section>
  );
}

/** Of a page that asks again and again, when nobody answers. */
export function LineBroken(): React.ReactNode {
  return <p className="line-broken" role="status">The line to the server is broken; what you see may be old. Trying again…</p>;
}

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'], ['j or ↓, k or ↑', 'next and previous row'], ['Enter', 'open the row'], ['Esc', 'close, or leave the search'], ['1 to 5', 'the tabs of a run'], ['g then r, t, s, w, o, a', 'go to runs, tests, specs, waits, jobs, agents'], ['?', 'this help'],
];

export function HelpDialog({ close }: { close: () => void }): React.ReactNode {
  return (
    <Dialog title="Keys" close={close}>
      <FactList facts={KEYS.map(([keys, meaning]) => ({ name: keys, value: meaning }))} />
      <p className="soft">The address holds what you see: a link to it shows the same to whoever may.</p>
    </Dialog>
  );
}
