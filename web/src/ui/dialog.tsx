// A question or help over the page: the browser's own dialog, which keeps the focus inside and gives it back.
import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useId, useRef } from 'react';
import './dialog.css';

interface DialogProps {
  title: string;
  close: () => void;
  children: React.ReactNode;
}

/** It is open while it is in the page. */
export function Dialog({ title, close, children }: DialogProps): React.ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog} className="dialog" aria-labelledby={heading} onKeyDown={(event) => event.stopPropagation()}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();  // The shade around it belongs to the element itself.
      }}
    >
      <div className="dialog-inside">
        <header>
          <h2 id={heading}>{title}</h2>
          <Button type="text" size="small" icon={<CloseOutlined />} aria-label="Close (Esc)" onClick={close} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
