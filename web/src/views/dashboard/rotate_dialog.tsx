// Asks how long the old secret of a token is to stay valid, before it gets a new one.
import { Button } from 'antd';
import { useState } from 'react';
import { hasOldSecret, type TokenRow } from '../../model/access';
import { Dialog } from '../../ui/dialog';
import { Labelled } from '../../ui/fields';
import { useNow } from '../../ui/use_now';

const HOUR_MS = 3_600_000;
const GRACES: readonly { ms: number; label: string }[] = [
  { ms: 0, label: 'not at all' }, { ms: HOUR_MS, label: '1 hour' }, { ms: 24 * HOUR_MS, label: '1 day' }, { ms: 7 * 24 * HOUR_MS, label: '7 days' }, { ms: 30 * 24 * HOUR_MS, label: '30 days' },
];

interface RotateDialogProps {
  token: TokenRow;
  rotate: (grace_ms: number) => void;
  close: () => void;
}

export function RotateDialog({ token, rotate, close }: RotateDialogProps): React.ReactNode {
  const now = useNow(60_000);
  const [grace_ms, setGrace] = useState(HOUR_MS);
  return (
    <Dialog title={`A new secret for “${token.name}”?`} close={close}>
      <form
        method="dialog" className="dialog-inside" style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          rotate(grace_ms);
        }}
      >
        <p>Its role, its project and its end stay. Whoever uses it needs the new secret before the old one stops.{hasOldSecret(token, now) && ' The secret before, which is still valid, stops at once.'}</p>
        <Labelled label="The old secret stays valid">
          {(id) => <select id={id} className="field field-select" value={grace_ms} onChange={(event) => setGrace(Number(event.target.value))}>{GRACES.map((one) => <option key={one.ms} value={one.ms}>{one.label}</option>)}</select>}
        </Labelled>
        {grace_ms === 0 && <p role="status">Whoever uses it is shut out at once.</p>}
        <div className="dialog-actions">
          <Button onClick={close}>Leave it</Button>
          <Button type="primary" danger={grace_ms === 0} htmlType="submit">New secret</Button>
        </div>
      </form>
    </Dialog>
  );
}
