// Asks before something that cannot be taken back.
import { Button } from 'antd';
import { useState } from 'react';
import { Dialog } from '../../ui/dialog';
import { Labelled } from '../../ui/fields';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button says that does it. */
  act: string;
  /** Label of a field for a reason; none is asked for without. */
  reason?: string;
  confirm: (reason: string) => void;
  close: () => void;
}

export function ConfirmDialog({ title, text, act, reason, confirm, close }: ConfirmDialogProps): React.ReactNode {
  const [words, setWords] = useState('');
  return (
    <Dialog title={title} close={close}>
      <form
        method="dialog" className="dialog-inside" style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          confirm(words.trim());
        }}
      >
        <p>{text}</p>
        {reason !== undefined && <Labelled label={reason}>{(id) => <input id={id} className="field" value={words} maxLength={200} autoFocus autoComplete="off" onChange={(event) => setWords(event.target.value)} />}</Labelled>}
        <div className="dialog-actions">
          <Button onClick={close}>Leave it</Button>
          <Button type="primary" danger htmlType="submit">{act}</Button>
        </div>
      </form>
    </Dialog>
  );
}
