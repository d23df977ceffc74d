// Runs in the console's page, before anything else there does: what it shows, and when that was drawn.

/** Defines `window.whubFrame`: what looks at frames. Uses nothing from outside: its text is sent to the page. */
export function installFrameLooks() {
  /** Wall time with a fraction, the same in the page and in the benchmark. */
  const nowMs = () => performance.timeOrigin + performance.now();

  /**
   * Calls `look` in each frame once it is laid out, so that it sees what is about to be painted: what the page does in the frame itself
   * comes before. @returns what ends it
   */
  function onLaidOut(look) {
    // An element whose size changes in every frame is told of between layout and paint.
    const element = document.createElement('div');
    Object.assign(element.style, { position: 'fixed', top: '0', left: '0', height: '1px', contain: 'strict' });
    document.body.append(element);
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    let frame = 0;
    const change = () => {
      element.style.width = element.style.width === '1px' ? '2px' : '1px';
      frame = requestAnimationFrame(change);
    };
    change();
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      element.remove();
    };
  }

  /** Calls `tell` with the time at which the frame that is being made was drawn: in a task behind it. */
  function whenDrawn(tell) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => tell(nowMs()), { once: true });
    port1.start();
    port2.postMessage(undefined);
  }

  /** Asks in each frame until there is a result. @returns when the frame that showed it was drawn */
  function until(result, withinMs) {
    const { promise, resolve } = Promise.withResolvers();
    const endsMs = nowMs() + withinMs;
    const end = onLaidOut(() => {
      const found = result();
      if (found === undefined && nowMs() <= endsMs) return;
      end();
      whenDrawn((atMs) => resolve({ atMs, result: found }));
    });
    return promise;
  }

  window.whubFrame = { onLaidOut, whenDrawn, until };
}

/** Defines `window.whubBench`, with `window.whubFrame`. */
export function installProbes() {
  const { onLaidOut, whenDrawn, until } = window.whubFrame;
  /** After so many without a change the list is at rest. */
  const REST_FRAMES = 4;
  const scroller = () => document.querySelector('[role=grid][aria-label=Exchanges]');
  const countOf = (text) => Number(text.replaceAll(/\D/g, ''));
  const heightOf = (element) => element?.getBoundingClientRect().height ?? 0;
  /** A row that tells of exchanges which are not there has one cell, too. */
  const isDrawn = (row) => row !== undefined && row.textContent !== '…';

  /** The rows in sight, and whether each of them is drawn; undefined while there are none. */
  function view() {
    const grid = scroller();
    if (grid === null) return undefined;
    const rows = [...grid.querySelectorAll('[role=rowgroup] [role=row]')];
    const rowHeight = heightOf(rows[0]);
    if (rowHeight === 0) return undefined;
    const total = Number(grid.getAttribute('aria-rowcount')) - 1;
    const header = heightOf(grid.querySelector('[role=columnheader]')?.parentElement);
    const first = Math.floor(grid.scrollTop / rowHeight);
    const last = Math.min(total, first + Math.ceil((grid.clientHeight - header) / rowHeight)) - 1;
    const byIndex = new Map(rows.map((row) => [Number(row.getAttribute('aria-rowindex')) - 2, row]));
    const inSight = Array.from({ length: last - first + 1 }, (_, place) => byIndex.get(first + place));
    const seq = byIndex.get(last)?.querySelector('[data-column=seq]');
    return { first, last, total, complete: inSight.every(isDrawn), lastSeq: countOf(seq?.textContent ?? '') };
  }

  /** What the page says of the search. */
  function said() {
    const text = document.querySelector('[role=search]')?.parentElement?.textContent ?? '';
    const searched = /([\d,]+) of [\d,]+ searched/.exec(text);
    return {
      searched: searched === null ? undefined : countOf(searched[1]),
      running: /Searching/.test(text) || (searched !== null && !/stopped/i.test(text)),
    };
  }

  /**
   * Notes from now on when the rows of the place at which the list is were drawn. It has to run before the list comes to rest: asked
   * for afterwards, it would begin late on a busy machine. @returns what tells of the rest, when it was reached
   */
  function watchRest() {
    let now = { place: undefined, atMs: undefined };
    let frames = 0;
    const end = onLaidOut(() => {
      const place = scroller()?.scrollTop;
      frames += 1;
      if (place !== now.place) {
        now = { place, atMs: undefined };
        frames = 0;
      } else if (now.atMs === undefined && view()?.complete) {
        const seen = now;
        whenDrawn((atMs) => (seen.atMs ??= atMs));
      }
    });
    /** What was scrolled may reach the page some frames later, and then the rows of the place before do not count. */
    const untilRest = (withinMs) => {
      frames = 0;
      return until(() => (now.atMs !== undefined && frames >= REST_FRAMES ? { ...now } : undefined), withinMs);
    };
    return { untilRest, end };
  }

  /** Waits for the first rows of a filter, of which there are `most` at most, and for its end. */
  async function untilFiltered(most, withinMs) {
    const progress = new Set();
    const note = () => {
      const { searched, running } = said();
      if (searched !== undefined) progress.add(searched);
      return running;
    };
    const first = await until(() => {
      note();
      const now = view();
      return now !== undefined && now.total <= most && now.complete ? now : undefined;
    }, withinMs);
    const all = await until(() => (note() ? undefined : view()), withinMs);
    return { first, all, progress: [...progress] };
  }

  window.whubBench = { view, said, until, watchRest, untilFiltered };
}

/** Defines `window.whubFrames`, which records the time between frames and long tasks until the function that it returns is called. */
export function installFrameProbe() {
  window.whubFrames = () => {
    const [frames, longTasks] = [[], []];
    let [lastMs, running] = [Number.NaN, true];
    const tick = (atMs) => {
      if (!Number.isNaN(lastMs)) frames.push(atMs - lastMs);
      lastMs = atMs;
      if (running) requestAnimationFrame(tick);
    };
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
    requestAnimationFrame(tick);
    return () => {
      running = false;
      observer.disconnect();
      return { frames, longTasks };
    };
  };
}
