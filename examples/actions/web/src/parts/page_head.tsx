import { Typography } from 'antd';
import { useEffect, type ReactNode } from 'react';

// Title, a line of explanation and the page's buttons; sets the window's title as well.
export function PageHead({ title, note, extra }: { title: string; note?: ReactNode; extra?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Actions`;
  }, [title]);
  return (
    <header className="page-head">
      <div>
        <Typography.Title level={1}>{title}</Typography.Title>
        {note && <Typography.Text type="secondary">{note}</Typography.Text>}
      </div>
      {extra}
    </header>
  );
}
