// Asks before something that cannot be taken back.
import { Button } from 'antd';
import { Dialog } from '../../ui/dialog';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button says that does it. */
  act: string;
  confirm: () => void;
  close: () => void;
}

export function ConfirmDialog({ title, text, act, confirm, close }: ConfirmDialogProps): React.ReactNode {
  return (
    <Dialog title={title} close={close}>
      <form
        method="dialog" className="dialog-inside" style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <p>{text}</p>
        <div className="dialog-actions">
          <Button onClick={close}>Leave it</Button>
          <Button type="primary" danger htmlType="submit">{act}</Button>
        </div>
      </form>
    </Dialog>
  );
}
