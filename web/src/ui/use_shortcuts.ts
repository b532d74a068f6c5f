// Keys that work anywhere on the page, except where the reader is typing or a widget has its own use for them.
import { useEffect, useRef } from 'react';

export type Shortcuts = Partial<Record<string, (event: KeyboardEvent) => void>>;

/** These belong to whatever has the focus, unless that is the page or an element marked as taking them. */
const FOCUS_KEYS = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Enter', 'Home', 'End']);

export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = current.current[event.key];
      if (action === undefined || !(event.target instanceof Element)) return;
      const typing = event.target.closest('input, textarea, select, [contenteditable]') !== null;
      if (typing && event.key !== 'Escape' && event.key !== 'ArrowDown') return;
      // Moving between pages puts the focus on the main part of the page.
      const at_home = typing || event.target === document.body || event.target.id === 'content' || event.target.getAttribute('role') === 'tree';
      if (FOCUS_KEYS.has(event.key) && !at_home) return;
      action(event);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
