// The tokens of the server: what each opens, until when, and whether anybody uses it.
import { Button } from 'antd';
import { hasOldSecret, tokenState, type TokenRow, type TokenState } from '../../model/access';
import { formatInstant } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { TimeAgo } from '../../ui/time_ago';
import { TimeLeft } from '../../ui/time_left';
import { useNow } from '../../ui/use_now';
import './token_form.css';

interface TokenTableProps {
  tokens: readonly TokenRow[];
  rotate: (token: TokenRow) => void;
  revoke: (token: TokenRow) => void;
  empty: React.ReactNode;
}

const INKS: Record<TokenState, string | undefined> = { valid: undefined, expired: 'var(--ink-flaky)', revoked: 'var(--text-soft)' };

export function TokenTable({ tokens, rotate, revoke, empty }: TokenTableProps): React.ReactNode {
  const now = useNow(60_000);
  const ends = (token: TokenRow): React.ReactNode => {
    const state = tokenState(token, now);
    return <span style={{ color: INKS[state] }}>{state === 'valid' ? (token.expires_at === '' ? 'never' : <ShortDay at={token.expires_at} />) : state}</span>;
  };
  const buttons = (token: TokenRow): React.ReactNode => (
    <span className="token-buttons">
      {tokenState(token, now) === 'valid' && <Button size="small" onClick={() => rotate(token)} aria-label={`New secret for ${token.name}`}>New secret</Button>}
      {!token.revoked && <Button size="small" danger onClick={() => revoke(token)} aria-label={`Revoke ${token.name}`}>Revoke</Button>}
    </span>
  );
  const name = (token: TokenRow): React.ReactNode => (
    <span className="cell-two">
      <b className="agent-name cell-one">{token.name}</b>
      {hasOldSecret(token, now) && <span className="cell-one token-old">the old secret stops <TimeLeft until={token.previous_ends_at} /></span>}
    </span>
  );
  const columns: readonly Column<TokenRow>[] = [
    { name: 'name', title: 'Name', width: 'minmax(180px, 4fr)', render: name },
    { name: 'role', title: 'Role', width: '90px', render: (token) => token.role },
    { name: 'project', title: 'Project', width: 'minmax(110px, 2fr)', render: (token) => <Reach project={token.project} /> },
    { name: 'made', title: 'Created', width: '110px', align: 'right', from_px: 1000, render: (token) => <TimeAgo at={token.created_at} /> },
    { name: 'used', title: 'Last used', width: '110px', align: 'right', from_px: 900, render: (token) => token.last_used_at === '' ? <span className="soft">never</span> : <TimeAgo at={token.last_used_at} /> },
    { name: 'ends', title: 'Ends', width: '110px', align: 'right', render: ends },
    { name: 'buttons', title: '', width: '190px', align: 'right', render: buttons },
  ];
  const narrow = (token: TokenRow): React.ReactNode => (
    <span className="agent-narrow">
      <span className="agent-narrow-line">{name(token)}{buttons(token)}</span>
      <span className="agent-narrow-line soft"><span>{token.role} of <Reach project={token.project} /></span><span>ends: {ends(token)}</span></span>
    </span>
  );
  return <DataTable<TokenRow> label="Tokens" columns={columns} rows={tokens} rowKey={(token) => token.id} row_px={46} narrow={{ row_px: 72, render: narrow }} empty={empty} />;
}

function Reach({ project }: { project: string }): React.ReactNode {
  return project === '*' ? 'all projects' : project;
}

function ShortDay({ at }: { at: string }): React.ReactNode {
  const instant = Date.parse(at);
  return <time dateTime={at} title={formatInstant(instant)}>{new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(instant))}</time>;
}
