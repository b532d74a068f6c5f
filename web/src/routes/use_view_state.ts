// The address holds the view state. A step worth going back to (tab, opened test) makes a history entry, typing does not.
import { useCallback, useSyncExternalStore } from 'react';
import { formatViewState, parseViewState, type ViewState } from '../model/view_state';

export type History = 'push' | 'replace';

const changed = new EventTarget();

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

export function useViewState(): [ViewState, (change: Partial<ViewState>, history?: History) => void] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const update = useCallback((change: Partial<ViewState>, history: History = 'push') => {
    const next = formatViewState({ ...parseViewState(window.location.hash), ...change });
    if (next === window.location.hash || (next === '#' && window.location.hash === '')) return;
    if (history === 'push') window.history.pushState(null, '', next);
    else window.history.replaceState(null, '', next);
    changed.dispatchEvent(new Event('change'));
  }, []);
  return [parseViewState(hash), update];
}
