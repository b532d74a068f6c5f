import './disclosure.css';

interface DisclosureProps {
  title: string;
  note?: string;
  open?: boolean;
  children: React.ReactNode;
}

export function Disclosure({ title, note, open = false, children }: DisclosureProps): React.ReactNode {
  return (
    <details className="disclosure" open={open}>
      <summary>{title}{note !== undefined && <span className="soft"> {note}</span>}</summary>
      {children}
    </details>
  );
}
