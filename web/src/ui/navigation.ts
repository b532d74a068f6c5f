// The address of the page as a value that can be read and changed. A step worth going back to makes a history entry, typing does not.
import { useSyncExternalStore } from 'react';

export type History = 'push' | 'replace';

export interface Address {
  path: string;
  /** With its `?`, or empty. */
  search: string;
  /** With its `#`, or empty. */
  hash: string;
}

const changed = new EventTarget();

export function navigate(address: string, history: History = 'push'): void {
  const next = new URL(address, window.location.href);
  if (next.href === window.location.href) return;
  const other_page = next.pathname !== window.location.pathname;
  if (history === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  changed.dispatchEvent(new Event('change'));
  if (other_page) window.scrollTo(0, 0);
}

export function useAddress(): Address {
  const href = useSyncExternalStore(subscribe, () => window.location.href);
  const { pathname, search, hash } = new URL(href);
  return { path: pathname, search, hash };
}

function subscribe(notify: () => void): () => void {
  window.addEventListener('hashchange', notify);
  window.addEventListener('popstate', notify);
  changed.addEventListener('change', notify);
  return () => {
    window.removeEventListener('hashchange', notify);
    window.removeEventListener('popstate', notify);
    changed.removeEventListener('change', notify);
  };
}
