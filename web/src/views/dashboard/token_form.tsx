// Makes a token, and shows its secret the one time it can be seen.
import { KeyOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { ROLES, type MadeToken, type NewToken, type Role } from '../../model/access';
import { CommandLine } from '../../ui/code';
import { Labelled } from '../../ui/fields';
import { TimeLeft } from '../../ui/time_left';
import './token_form.css';

interface TokenFormProps {
  projects: readonly string[];
  make: (token: NewToken) => void;
  making: boolean;
}

const ROLE_HINTS: Record<Role, string> = { viewer: 'sees runs and tests', runner: 'also starts runs: for CI and agents', admin: 'also drains agents and makes tokens' };
const DAYS_DEFAULT = 90;
const DAYS_MAX = 3_650;

export function TokenForm({ projects, make, making }: TokenFormProps): React.ReactNode {
  const [name, setName] = useState('');
  const [project, setProject] = useState('');
  const [role, setRole] = useState<Role>('runner');
  const [days, setDays] = useState(String(DAYS_DEFAULT));
  return (
    <form
      className="token-form panel" aria-label="New token"
      onSubmit={(event) => {
        event.preventDefault();
        make({ name: name.trim(), project: project === '' ? '*' : project, role, days: Number(days) });
        setName('');
      }}
    >
      <Labelled label="Name">{(id) => <input id={id} className="field" value={name} required maxLength={100} placeholder="who or what will use it" autoComplete="off" onChange={(event) => setName(event.target.value)} />}</Labelled>
      <Labelled label="Project">
        {(id) => <select id={id} className="field field-select" value={project} onChange={(event) => setProject(event.target.value)}><option value="">All projects</option>{projects.map((one) => <option key={one}>{one}</option>)}</select>}
      </Labelled>
      <Labelled label="Role" hint={ROLE_HINTS[role]}>
        {(id) => <select id={id} className="field field-select" value={role} onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? 'viewer')}>{ROLES.map((one) => <option key={one}>{one}</option>)}</select>}
      </Labelled>
      <Labelled label="Days">{(id) => <input id={id} className="field" type="number" min={1} max={DAYS_MAX} required value={days} onChange={(event) => setDays(event.target.value)} />}</Labelled>
      <Button type="primary" htmlType="submit" loading={making}>Make token</Button>
    </form>
  );
}

interface MadeTokenNoteProps {
  made: MadeToken;
  name: string;
  /** It was there before, and has another secret now. */
  changed: boolean;
  close: () => void;
}

export function MadeTokenNote({ made, name, changed, close }: MadeTokenNoteProps): React.ReactNode {
  return (
    <section className="token-made panel" role="status" aria-label={changed ? 'The new secret' : 'The new token'}>
      <KeyOutlined aria-hidden="true" />
      <div>
        <h2>{changed ? `The token “${name}” has a new secret` : `The token “${name}” is made`}</h2>
        <p>Copy it now: it is shown this once and cannot be read again. {changed && <OldSecret ends_at={made.previous_ends_at} />}</p>
        <CommandLine command={made.token} what="the token" />
      </div>
      <Button onClick={close}>Done</Button>
    </section>
  );
}

function OldSecret({ ends_at }: { ends_at: string }): React.ReactNode {
  return ends_at === '' ? 'The old one is void.' : <>The old one stops <TimeLeft until={ends_at} />.</>;
}
