// The tokens of the server: what each opens, until when, and whether anybody uses it.
import { Button } from 'antd';
import { tokenState, type TokenRow, type TokenState } from '../../model/access';
import { formatInstant } from '../../text/format';
import { DataTable, type Column } from '../../ui/data_table';
import { TimeAgo } from '../../ui/time_ago';
import { useNow } from '../../ui/use_now';

interface TokenTableProps {
  tokens: readonly TokenRow[];
  revoke: (token: TokenRow) => void;
  empty: React.ReactNode;
}

const INKS: Record<TokenState, string | undefined> = { valid: undefined, expired: 'var(--ink-flaky)', revoked: 'var(--text-soft)' };

export function TokenTable({ tokens, revoke, empty }: TokenTableProps): React.ReactNode {
  const now = useNow(60_000);
  const ends = (token: TokenRow): React.ReactNode => {
    const state = tokenState(token, now);
    return <span style={{ color: INKS[state] }}>{state === 'valid' ? (token.expires_at === '' ? 'never' : <ShortDay at={token.expires_at} />) : state}</span>;
  };
  const button = (token: TokenRow): React.ReactNode => !token.revoked && <Button size="small" danger onClick={() => revoke(token)} aria-label={`Revoke ${token.name}`}>Revoke</Button>;
  const columns: readonly Column<TokenRow>[] = [
    { name: 'name', title: 'Name', width: 'minmax(180px, 4fr)', render: (token) => <b className="agent-name cell-one">{token.name}</b> },
    { name: 'role', title: 'Role', width: '90px', render: (token) => token.role },
    { name: 'project', title: 'Project', width: 'minmax(110px, 2fr)', render: (token) => <Reach project={token.project} /> },
    { name: 'made', title: 'Created', width: '110px', align: 'right', from_px: 1000, render: (token) => <TimeAgo at={token.created_at} /> },
    { name: 'used', title: 'Last used', width: '110px', align: 'right', from_px: 900, render: (token) => token.last_used_at === '' ? <span className="soft">never</span> : <TimeAgo at={token.last_used_at} /> },
    { name: 'ends', title: 'Ends', width: '110px', align: 'right', render: ends },
    { name: 'revoke', title: '', width: '84px', align: 'right', render: button },
  ];
  const narrow = (token: TokenRow): React.ReactNode => (
    <span className="agent-narrow">
      <span className="agent-narrow-line"><b className="agent-name cell-one">{token.name}</b>{button(token)}</span>
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
