// Where a token is pasted.
import { Button } from 'antd';
import { useState } from 'react';
import { Labelled } from '../../ui/fields';
import './login_form.css';

interface LoginFormProps {
  signIn: (token: string) => void;
  signing: boolean;
  /** Why the last one was refused; empty: it was not. */
  fault: string;
}

export function LoginForm({ signIn, signing, fault }: LoginFormProps): React.ReactNode {
  const [token, setToken] = useState('');
  return (
    <form
      className="login panel" aria-label="Sign in"
      onSubmit={(event) => {
        event.preventDefault();
        signIn(token.trim());
      }}
    >
      <svg width="36" height="36" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1 7 8h2.4l-3.9 5.5h3.1L4 20h7v3h2v-3h7l-4.6-6.5h3.1L14.6 8H17z" /></svg>
      <h1>Sign in to Tamarack</h1>
      <Labelled label="Token">
        {(id) => <input id={id} className="field mono" type="password" value={token} required autoFocus autoComplete="current-password" placeholder="tmk_…" spellCheck={false} aria-invalid={fault !== ''} aria-describedby={fault === '' ? undefined : 'login-fault'} onChange={(event) => setToken(event.target.value)} />}
      </Labelled>
      {fault !== '' && <p id="login-fault" className="login-fault" role="alert">{fault}</p>}
      <Button type="primary" htmlType="submit" size="large" block loading={signing}>Sign in</Button>
      <p className="soft">An admin of this server makes tokens, on its page of tokens or with <code>tamarack token create</code>.</p>
    </form>
  );
}
