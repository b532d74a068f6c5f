// The stretch of time in sight, and how wheel, drag, pinch and keys change it. It never leaves the run and never gets thinner than a moment.
import { useCallback, useEffect, useRef, useState } from 'react';

const WINDOW_MS_MIN = 20;
const DRAG_PIXELS_MIN = 4;
/** Fingers closer than this would zoom in jumps. */
const PINCH_PIXELS_MIN = 12;

interface Stretch {
  from_ms: number;
  until_ms: number;
}

interface Gesture {
  /** Where each pressed pointer was seen last. */
  pointers: Map<number, number>;
  moved: boolean;
}

export interface TimeWindow extends Stretch {
  whole: boolean;
  /** Multiplies the length around a point given as part of the window, 0 to 1. */
  zoom: (factor: number, around: number) => void;
  reset: () => void;
  /** Moves just far enough to show a stretch, and says what is then in sight. */
  reveal: (start_ms: number, end_ms: number) => Stretch;
  dragging: () => boolean;
  /** Whether the press that just ended moved the window: then it was not a click. */
  dragged: () => boolean;
}

export function zoomed(stretch: Stretch, factor: number, around: number, end_ms: number): Stretch {
  const length = Math.min(end_ms, Math.max(WINDOW_MS_MIN, (stretch.until_ms - stretch.from_ms) * factor));
  const fixed = stretch.from_ms + (stretch.until_ms - stretch.from_ms) * around;
  return placed(fixed - length * around, length, end_ms);
}

export function placed(from_ms: number, length_ms: number, end_ms: number): Stretch {
  const from = Math.max(0, Math.min(from_ms, end_ms - length_ms));
  return { from_ms: from, until_ms: from + length_ms };
}

function lessThanAll(stretch: Stretch, end_ms: number): Stretch | null {
  return stretch.until_ms - stretch.from_ms >= end_ms ? null : stretch;
}

export function useTimeWindow(end_ms: number, width: number, canvas: React.RefObject<HTMLCanvasElement | null>): TimeWindow {
  // A little room at the right keeps the last span and the end of the run apart from the edge.
  const limit_ms = end_ms * 1.01;
  // Null is the whole run, which follows a run that still grows.
  const [chosen, setChosen] = useState<Stretch | null>(null);
  const stretch = chosen ?? { from_ms: 0, until_ms: limit_ms };
  const gesture = useRef<Gesture>({ pointers: new Map(), moved: false });
  const zoom = useCallback((factor: number, around: number) => setChosen((before) => lessThanAll(zoomed(before ?? { from_ms: 0, until_ms: limit_ms }, factor, around, limit_ms), limit_ms)), [limit_ms]);
  const reset = useCallback(() => setChosen(null), []);

  useEffect(() => {
    const element = canvas.current;
    if (element === null || width === 0) return undefined;
    const pan = (pixels: number): void => setChosen((before) => {
      if (before === null) return null;
      const length = before.until_ms - before.from_ms;
      return placed(before.from_ms + (pixels / width) * length, length, limit_ms);
    });
    const wheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const around = (event.clientX - element.getBoundingClientRect().left) / width;
        zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008), around);
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        pan(event.deltaX === 0 ? event.deltaY : event.deltaX);
      }
    };
    const press = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      const { pointers } = gesture.current;
      if (pointers.size === 0) gesture.current.moved = false;
      pointers.set(event.pointerId, event.clientX);
    };
    const move = (event: PointerEvent): void => {
      const { pointers, moved } = gesture.current;
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      if (other !== undefined) {
        // One finger moves at a time: what lies under the other stays there, and what lies under this one follows it.
        const apart = (x: number): number => Math.max(PINCH_PIXELS_MIN, Math.abs(x - other));
        zoom(apart(before) / apart(event.clientX), (other - element.getBoundingClientRect().left) / width);
      } else {
        if (!moved && Math.abs(event.clientX - before) < DRAG_PIXELS_MIN) return;
        pan(before - event.clientX);
      }
      gesture.current.moved = true;
      pointers.set(event.pointerId, event.clientX);
    };
    const release = (event: PointerEvent): void => {
      gesture.current.pointers.delete(event.pointerId);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('pointerdown', press);
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', release);
    window.addEventListener('pointercancel', release);
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('pointerdown', press);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', release);
      window.removeEventListener('pointercancel', release);
    };
  }, [canvas, width, limit_ms, zoom]);

  const reveal = (start_ms: number, span_end_ms: number): Stretch => {
    const length = stretch.until_ms - stretch.from_ms;
    const inside = start_ms >= stretch.from_ms && span_end_ms <= stretch.until_ms;
    const next = inside ? stretch : placed(start_ms - length * 0.1, length, limit_ms);
    if (chosen !== null) setChosen(next);
    return next;
  };
  return {
    ...stretch, whole: chosen === null, zoom, reset, reveal,
    dragging: () => gesture.current.pointers.size > 0 && gesture.current.moved,
    dragged: () => gesture.current.moved,
  };
}
