import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { copyText } from './copy_text';

const CONFIRMATION_MS = 1_600;

export function CopyButton({ text, what, className }: { text: string; what: string; className?: string }): React.ReactNode {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  useEffect(() => {
    if (state === 'ready') return undefined;
    const timer = setTimeout(() => setState('ready'), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const title = state === 'copied' ? 'Copied' : state === 'refused' ? 'The browser refused to copy' : `Copy ${what}`;
  return (
    <Tooltip title={title}>
      <Button
        type="text" size="small" className={className} aria-label={`Copy ${what}`} icon={state === 'copied' ? <CheckOutlined /> : <CopyOutlined />}
        onClick={(event) => {
          event.stopPropagation();
          void copyText(text).then((done) => setState(done ? 'copied' : 'refused'));
        }}
      />
    </Tooltip>
  );
}
