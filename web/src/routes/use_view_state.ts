// The address holds the view state of a report, behind its #.
import { useCallback } from 'react';
import { formatViewState, parseViewState, type ViewState } from '../model/view_state';
import { navigate, useAddress, type History } from '../ui/navigation';

export function useViewState(): [ViewState, (change: Partial<ViewState>, history?: History) => void] {
  const { hash } = useAddress();
  const update = useCallback((change: Partial<ViewState>, history: History = 'push') => {
    const next = formatViewState({ ...parseViewState(window.location.hash), ...change });
    if (next !== '#' || window.location.hash !== '') navigate(next, history);
  }, []);
  return [parseViewState(hash), update];
}
