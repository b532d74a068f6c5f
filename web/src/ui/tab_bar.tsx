// A row of tabs after the WAI-ARIA pattern: arrow keys move and choose, only the chosen tab is in the tab order.
import { useRef } from 'react';
import { useSideways } from './use_sideways';
import './tab_bar.css';

export interface TabItem<Name extends string> {
  name: Name;
  label: string;
  count?: string;
}

interface TabBarProps<Name extends string> {
  label: string;
  items: readonly TabItem<Name>[];
  chosen: Name;
  choose: (name: Name) => void;
}

export function TabBar<Name extends string>({ label, items, chosen, choose }: TabBarProps<Name>): React.ReactNode {
  const bar = useRef<HTMLDivElement>(null);
  useSideways(bar, [chosen, ...items.map((item) => item.name)].join(' '));
  const move = (event: React.KeyboardEvent<HTMLDivElement>): void => {
    const at = items.findIndex((item) => item.name === chosen);
    const targets: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const item = items[(target + items.length) % items.length];
    if (item === undefined) return;
    choose(item.name);
    document.getElementById(tabId(item.name))?.focus();
  };
  return (
    <div ref={bar} className="tab-bar sideways" role="tablist" aria-label={label} onKeyDown={move}>
      {items.map((item) => (
        <button
          key={item.name} id={tabId(item.name)} type="button" role="tab" aria-selected={item.name === chosen} aria-controls={tabPanelId(item.name)}
          tabIndex={item.name === chosen ? 0 : -1} onClick={() => choose(item.name)}
        >
          {item.label}
          {item.count !== undefined && <span className="tab-count">{item.count}</span>}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ name, children }: { name: string; children: React.ReactNode }): React.ReactNode {
  return <div role="tabpanel" id={tabPanelId(name)} aria-labelledby={tabId(name)}>{children}</div>;
}

function tabId(name: string): string {
  return `tab-${name}`;
}

function tabPanelId(name: string): string {
  return `panel-${name}`;
}
