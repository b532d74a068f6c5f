// A page that has nothing to show says so, and what to do about it.
import './message_page.css';

export function MessagePage({ title, children }: { title: string; children: React.ReactNode }): React.ReactNode {
  return (
    <main className="message-page">
      <h1>{title}</h1>
      {children}
    </main>
  );
}
