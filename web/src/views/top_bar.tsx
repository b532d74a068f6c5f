import './top_bar.css';

export function TopBar({ project, children }: { project: string; children: React.ReactNode }): React.ReactNode {
  return (
    <div className="top-bar">
      <svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1 7 8h2.4l-3.9 5.5h3.1L4 20h7v3h2v-3h7l-4.6-6.5h3.1L14.6 8H17z" /></svg>
      <span className="top-bar-name">Tamarack</span>
      {project !== '' && <span className="top-bar-project">{project}</span>}
      <span className="top-bar-spring" />
      {children}
    </div>
  );
}
