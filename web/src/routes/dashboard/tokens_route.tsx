// The tokens of the server, for admins.
import { useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { reaches, type MadeToken, type NewToken, type TokenRow } from '../../model/access';
import { ConfirmDialog } from '../../views/dashboard/confirm_dialog';
import { ProblemNote } from '../../views/dashboard/notes';
import { PageHead } from '../../views/dashboard/page_head';
import { RotateDialog } from '../../views/dashboard/rotate_dialog';
import { MadeTokenNote, TokenForm } from '../../views/dashboard/token_form';
import { TokenTable } from '../../views/dashboard/token_table';
import type { PageProps } from './page_props';
import { useLoaded } from './use_loaded';

export function TokensRoute({ api, session, projects, announce }: PageProps): React.ReactNode {
  const allowed = session !== null && reaches(session.role, 'admin');
  const tokens = useLoaded(allowed ? 'tokens' : '', (signal) => api.tokens(signal));
  const [made, setMade] = useState<{ name: string; made: MadeToken; changed: boolean } | null>(null);
  const [rotating, setRotating] = useState<TokenRow | null>(null);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<TokenRow | null>(null);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  if (session === null) return <p className="data-empty" role="status">Loading…</p>;
  if (!allowed) return <ProblemNote title="Only admins see the tokens" detail={`You are signed in as ${session.role}.`} />;
  const make = (token: NewToken): void => {
    setMaking(true);
    setRefused(null);
    api.makeToken(token).then((answer) => setMade({ name: token.name, made: answer, changed: false }), (fault: unknown) => setRefused(asProblem(fault))).finally(() => {
      setMaking(false);
      tokens.reload();
    });
  };
  const rotate = (token: TokenRow, grace_ms: number): void => {
    setRotating(null);
    setRefused(null);
    api.rotateToken(token.id, grace_ms).then((answer) => setMade({ name: token.name, made: answer, changed: true }), (fault: unknown) => setRefused(asProblem(fault))).finally(tokens.reload);
  };
  const revoke = (token: TokenRow): void => {
    setRevoking(null);
    setRefused(null);
    api.revokeToken(token.id).then(() => announce(`${token.name} is revoked`), (fault: unknown) => setRefused(asProblem(fault))).finally(tokens.reload);
  };
  return (
    <>
      <PageHead title="Tokens" note="A token opens one project, or all, to a person or a machine." />
      {refused !== null && <ProblemNote title={refused.title} detail={refused.message} faults={refused.faults} />}
      {made !== null && <MadeTokenNote made={made.made} name={made.name} changed={made.changed} close={() => setMade(null)} />}
      <TokenForm projects={projects.map((one) => one.project)} make={make} making={making} />
      {tokens.problem !== null && <ProblemNote title={tokens.problem.title} detail={tokens.problem.message} retry={tokens.reload} />}
      <TokenTable tokens={tokens.value ?? []} rotate={setRotating} revoke={setRevoking} empty={tokens.value === null ? 'Loading the tokens…' : 'There are no tokens yet.'} />
      {rotating !== null && <RotateDialog token={rotating} rotate={(grace_ms) => rotate(rotating, grace_ms)} close={() => setRotating(null)} />}
      {revoking !== null && <ConfirmDialog title={`Revoke “${revoking.name}”?`} text="Whoever uses it is shut out at once. This cannot be taken back." act="Revoke" confirm={() => revoke(revoking)} close={() => setRevoking(null)} />}
    </>
  );
}
