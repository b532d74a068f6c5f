// The head of every page: where one can go, who one is, and the few switches.
import { LogoutOutlined, QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useRef } from 'react';
import { Link } from '../../ui/link';
import { useSideways } from '../../ui/use_sideways';
import './top_nav.css';

export interface NavItem {
  label: string;
  to: string;
  here: boolean;
}

interface TopNavProps {
  items: readonly NavItem[];
  /** Who the reader is; empty: nobody was asked. */
  name: string;
  role: string;
  signOut: (() => void) | null;
  help: () => void;
  children: React.ReactNode;
}

export function TopNav({ items, name, role, signOut, help, children }: TopNavProps): React.ReactNode {
  const pages = useRef<HTMLElement>(null);
  useSideways(pages, items.map((item) => item.here ? `[${item.label}]` : item.label).join(' '));
  // Where there is no room for the name it is only here.
  const way_out = name === '' ? 'Sign out' : `Sign out ${name}, ${role}`;
  return (
    <header className="top-nav">
      <a className="skip" href="#content" onClick={(event) => {
        event.preventDefault();
        document.getElementById('content')?.focus();
      }}>Skip to the content</a>
      <div className="top-nav-inside">
        <Link className="top-nav-name" to="/runs" aria-label="Tamarack: all runs">
          <svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1 7 8h2.4l-3.9 5.5h3.1L4 20h7v3h2v-3h7l-4.6-6.5h3.1L14.6 8H17z" /></svg>
          <span>Tamarack</span>
        </Link>
        <nav ref={pages} className="sideways" aria-label="Pages">
          {items.map((item) => <Link key={item.label} to={item.to} aria-current={item.here ? 'page' : undefined}>{item.label}</Link>)}
        </nav>
        <div className="top-nav-end">
          {name !== '' && <span className="top-nav-who soft" title={`signed in as ${name}`}>{name}<span> · {role}</span></span>}
          <Tooltip title="Keys and help (?)" placement="bottomRight"><Button type="text" shape="circle" icon={<QuestionCircleOutlined />} aria-label="Keys and help" aria-keyshortcuts="?" onClick={help} /></Tooltip>
          {children}
          {signOut !== null && <Tooltip title={way_out} placement="bottomRight"><Button type="text" shape="circle" icon={<LogoutOutlined />} aria-label={way_out} onClick={signOut} /></Tooltip>}
        </div>
      </div>
    </header>
  );
}
