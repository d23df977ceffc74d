import { isScaled, lastTop, scrollTopOf, topAt, topThatShows } from './line-window.ts';
import type { LineView } from './line-window.ts';

export interface LinePlace {
  /** The line at the upper edge, with a fraction. */
  readonly top: number;
  readonly scrollTop: number;
  /** Of the scroller, in px. */
  readonly height: number;
}

/** Keeps which lines an element that scrolls shows, also where a pixel of its height stands for many of them. */
export class LineScroller {
  #element: HTMLElement | null = null;
  #view: LineView = { count: 0, rowHeight: 1, height: 0 };
  #place: LinePlace = { top: 0, scrollTop: 0, height: 0 };
  /** Where it scrolled to by itself, so that this event is told from a person's: rounded to pixels the line would be another. */
  #own = -1;
  readonly #listeners = new Set<() => void>();

  readonly place = (): LinePlace => this.#place;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** For an element's `ref`. */
  readonly attach = (element: HTMLElement | null): (() => void) => {
    const detached = new AbortController();
    this.#element = element;
    if (element !== null) {
      const resizes = new ResizeObserver(this.#measure);
      resizes.observe(element);
      detached.signal.addEventListener('abort', () => resizes.disconnect());
      element.addEventListener('scroll', this.#measure, { passive: true, signal: detached.signal });
      element.addEventListener('wheel', this.#wheel, { passive: false, signal: detached.signal });
      this.#measure();
    }
    return () => {
      detached.abort();
      this.#element = null;
    };
  };

  /** Brings a line into sight, by as little as needed. */
  readonly reveal = (line: number): void => {
    if (this.#element === null) return;
    this.#view = { ...this.#view, height: this.#element.clientHeight };
    const next = topThatShows(line, this.#place.top, this.#view);
    if (next !== this.#place.top) this.#moveTo(next);
  };

  setLines(count: number, rowHeight: number): void {
    this.#view = { ...this.#view, count, rowHeight };
    this.#own = -1;
    this.#measure();
  }

  readonly #measure = (): void => {
    const element = this.#element;
    if (element === null) return;
    const { scrollTop, clientHeight: height } = element;
    const own = scrollTop === this.#own;
    if (own && height === this.#view.height) return;
    this.#view = { ...this.#view, height };
    this.#own = -1;
    this.#set({ top: topAt(scrollTop, this.#view), scrollTop, height });
  };

  readonly #wheel = (event: WheelEvent): void => {
    // Where a pixel stands for many lines, a notch of the wheel would pass over most of them.
    if (!isScaled(this.#view) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    this.#moveTo(this.#place.top + event.deltaY / this.#view.rowHeight);
  };

  #moveTo(wanted: number): void {
    const element = this.#element;
    if (element === null) return;
    const top = Math.max(0, Math.min(wanted, lastTop(this.#view)));
    element.scrollTop = scrollTopOf(top, this.#view);
    this.#own = element.scrollTop;
    this.#set({ top, scrollTop: element.scrollTop, height: this.#view.height });
  }

  #set(next: LinePlace): void {
    const { top, scrollTop, height } = this.#place;
    if (top === next.top && scrollTop === next.scrollTop && height === next.height) return;
    this.#place = next;
    for (const listener of this.#listeners) listener();
  }
}
