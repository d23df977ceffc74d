import { useCallback, useState } from 'react';
import type { RefCallback } from 'react';

/** The width of an element in px, 0 until it is there; the second is for its `ref`. */
export function useElementWidth(): readonly [width: number, ref: RefCallback<HTMLElement>] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return [width, ref];
}
