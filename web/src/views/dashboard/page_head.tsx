export function PageHead({ title, note }: { title: string; note: string }): React.ReactNode {
  return <div className="page-head"><h1>{title}</h1>{note !== '' && <p className="soft">{note}</p>}</div>;
}
