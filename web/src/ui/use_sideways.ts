// A row that scrolls sideways where it is too long, without a bar: the chosen entry is brought into sight, and an edge that hides something says so.
import { useEffect } from 'react';
import './sideways.css';

/** How much of the neighbour is shown beside the chosen entry, so that it is seen to go on: a little more than fades. */
const PEEK_PX = 36;

/** `row` has the class `sideways`. `entries` names what stands in it and what is chosen: another text, another look. */
export function useSideways(row: React.RefObject<HTMLElement | null>, entries: string): void {
  useEffect(() => {
    const { current } = row;
    if (current === null) return undefined;
    const markEdges = (): void => {
      current.toggleAttribute('data-more-left', current.scrollLeft > 1);
      current.toggleAttribute('data-more-right', current.scrollLeft + current.clientWidth < current.scrollWidth - 1);
    };
    const settle = (): void => {
      showChosen(current);
      markEdges();
    };
    settle();
    const observer = new ResizeObserver(settle);
    observer.observe(current);
    current.addEventListener('scroll', markEdges, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', markEdges);
    };
  }, [row, entries]);
}

/** Not scrollIntoView: that would scroll the page, too, when the row itself is out of sight. */
function showChosen(row: HTMLElement): void {
  const chosen = row.querySelector('[aria-current], [aria-selected="true"]')?.getBoundingClientRect();
  if (chosen === undefined) return;
  const { left, right } = row.getBoundingClientRect();
  if (chosen.left < left + PEEK_PX) row.scrollLeft -= left + PEEK_PX - chosen.left;
  else if (chosen.right > right - PEEK_PX) row.scrollLeft += chosen.right - (right - PEEK_PX);
}
