// A search field whose text goes into the address when the typing pauses, with its keys: / to go there, Esc to leave it.
import { useRef } from 'react';
import { useShortcuts } from '../ui/use_shortcuts';
import { useSearchText } from './use_test_search';

interface SearchFieldState {
  text: string;
  search: (text: string) => void;
  inputRef: React.RefObject<HTMLInputElement | null>;
}

/** Long enough that a server is not asked for every letter. */
const PAUSE_MS = 120;

export function useSearchField(settled: string, settle: (text: string) => void, pause_ms = PAUSE_MS): SearchFieldState {
  const field = useRef<HTMLInputElement>(null);
  const [text, search] = useSearchText(settled, settle, pause_ms);
  useShortcuts({
    '/': (event) => {
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    },
    Escape: () => {
      if (document.activeElement === field.current) field.current?.blur();
    },
  });
  return { text, search, inputRef: field };
}
