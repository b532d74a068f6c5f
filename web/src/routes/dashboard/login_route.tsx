// Signing in: the token goes to the server once, which answers with a cookie that no script can read.
import { useEffect, useState } from 'react';
import type { Api } from '../../api/api';
import { asProblem } from '../../api/problem';
import { LoginForm } from '../../views/dashboard/login_form';

interface LoginRouteProps {
  api: Api;
  enter: () => void;
}

export function LoginRoute({ api, enter }: LoginRouteProps): React.ReactNode {
  const [signing, setSigning] = useState(false);
  const [fault, setFault] = useState('');
  useEffect(() => {
    // A server that asks nobody, or somebody who is signed in already.
    api.session().then(enter, () => undefined);
  }, [api, enter]);
  const signIn = (token: string): void => {
    setSigning(true);
    setFault('');
    api.signIn(token).then(enter, (problem: unknown) => {
      const { status, message } = asProblem(problem);
      setFault(status === 401 ? 'This token is not valid, has ended, or was revoked.' : message);
    }).finally(() => setSigning(false));
  };
  return <LoginForm signIn={signIn} signing={signing} fault={fault} />;
}
