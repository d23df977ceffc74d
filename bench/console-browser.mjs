// What bench/console.mjs does in the console's page and measures there. Times begin with the input, as a person feels them, and end
// with the frame that shows the result.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { installFrameLooks, installFrameProbe, installProbes } from './console-probes.mjs';

/** Wall time with a fraction, the same in this process and in the page. */
const nowMs = () => performance.timeOrigin + performance.now();

const STEP_MS = 16;
/** So long may the threads that sweep go on, which takes a tenth of it. */
const SWEPT_MS = 500;
/** From the scrollbar's end to where its thumb is when it is at that end: behind the button with the arrow. */
const THUMB_PX = 16;
/** What a body costs the page may come behind its first text. */
const AFTERWARDS_MS = 1_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class ConsoleBrowser {
  #browser;
  #page;
  #cdp;

  /**
   * @param {import('./programs.mjs').Programs} programs
   * @param {{ executablePath: string, core?: number }} options `core`: where it runs
   */
  static async open(programs, { executablePath, core }) {
    const opened = new ConsoleBrowser();
    opened.#browser = await chromium.launch({
      executablePath: core === undefined ? executablePath : pinned(programs, executablePath, core),
      // A person drags what these would hide.
      ignoreDefaultArgs: ['--hide-scrollbars'],
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
    });
    return opened;
  }

  /** Opens the console's Inspector. @returns time until its rows were drawn, ms */
  async showInspector(consoleUrl) {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    this.#page = await context.newPage();
    await this.#page.addInitScript(installFrameLooks);
    await this.#page.addInitScript(installProbes);
    await this.#page.addInitScript(installFrameProbe);
    this.#cdp = await context.newCDPSession(this.#page);
    await this.#page.goto(consoleUrl);
    await this.#page.getByRole('navigation', { name: 'Pages' }).waitFor();
    const startedMs = nowMs();
    await this.#page.getByRole('link', { name: 'Inspector' }).click();
    const { atMs } = await this.#page.evaluate(() => {
      const { view, until } = window.whubBench;
      return until(() => (view()?.complete ? true : undefined), 30_000);
    });
    const openedMs = atMs - startedMs;
    // The strip counts the whole store behind the rows, which is not part of what is measured next.
    await this.#page.getByRole('slider', { name: 'Traffic over time' }).waitFor();
    return openedMs;
  }

  /** Drags the thumb from the end to the beginning and back, with stops. @returns time of each stop until its rows were drawn, ms */
  async dragThumb(stops) {
    const grid = this.#page.getByRole('grid', { name: 'Exchanges', exact: true });
    const { x, top, bottom } = await grid.evaluate((element) => {
      const box = element.getBoundingClientRect();
      // In the middle of the scrollbar; the thumb is at its end while the list follows.
      return {
        x: box.right - (box.width - element.clientWidth) / 2,
        top: box.top,
        bottom: box.top + element.clientHeight,
      };
    });
    const [first, last] = [top + THUMB_PX, bottom - THUMB_PX];
    const { mouse } = this.#page;
    await mouse.move(x, last);
    await mouse.down();
    const places = Array.from({ length: stops }, (_, stop) => last - ((stop + 1) * (last - first)) / stops);
    // A little further than its way is long, so that it is at the end whatever its own height.
    const way = [...places.slice(0, -1), top, ...places.toReversed().slice(1), bottom];
    const [times, seen] = [[], new Set()];
    // This process has the same cores: what it threw away so far is collected now, and swept behind that by threads of its own.
    globalThis.gc?.();
    await pause(SWEPT_MS);
    await this.#page.evaluate(() => {
      window.whubRest = window.whubBench.watchRest();
    });
    let from = last;
    for (const y of way) {
      const moves = [];
      for (let step = 1; step < 6; step += 1) {
        // A hand does not wait until the page has seen where it was.
        moves.push(mouse.move(x, from + ((y - from) * step) / 6));
        await pause(STEP_MS);
      }
      const stoppedMs = nowMs();
      await mouse.move(x, y);
      // Moves that wait are taken together and answered at once: the answer to one more says that the last has come.
      await mouse.move(x, y);
      await Promise.all(moves);
      const { result } = await this.#page.evaluate((within) => window.whubRest.untilRest(within), 10_000);
      times.push(result === undefined ? Number.POSITIVE_INFINITY : result.atMs - stoppedMs);
      seen.add((await this.view()).first);
      from = y;
    }
    await mouse.up();
    await this.#page.evaluate(() => {
      window.whubRest.end();
      const { view, until } = window.whubBench;
      return until(() => (view()?.last === view()?.total - 1 ? true : undefined), 2_000);
    });
    return { times, places: seen.size, end: await this.view() };
  }

  view() {
    return this.#page.evaluate(() => window.whubBench.view());
  }

  /**
   * Types a filter; the time begins with Enter.
   *
   * @param {string} text @param {{ atMost: number, withinMs: number }} expected rows it finds at most
   * @returns ms until its first rows are drawn and until it says that it is complete, how many it found, and what progress it showed
   */
  async filter(text, { atMost, withinMs }) {
    // The rows of the filter before must not pass for those of this one.
    await this.clearFilter(atMost);
    const field = this.#page.getByLabel('Filter exchanges');
    await field.fill(text);
    const startedMs = nowMs();
    await field.press('Enter');
    const { first, all, progress } = await this.#page.evaluate(
      ([most, within]) => window.whubBench.untilFiltered(most, within),
      [atMost, withinMs],
    );
    return {
      firstMs: first.result === undefined ? Number.POSITIVE_INFINITY : first.atMs - startedMs,
      allMs: all.result === undefined ? Number.POSITIVE_INFINITY : all.atMs - startedMs,
      found: all.result?.total ?? 0,
      progress,
    };
  }

  /** Begins a search and stops it. @returns ms from the click until the page says that nothing runs; undefined without a Stop */
  async stopSearch(text) {
    const field = this.#page.getByLabel('Filter exchanges');
    await field.fill(text);
    await field.press('Enter');
    const stop = this.#page.getByRole('button', { name: 'Stop', exact: true }).first();
    try {
      await stop.waitFor({ timeout: 5_000 });
    } catch {
      return undefined;
    }
    const startedMs = nowMs();
    await stop.click();
    const { atMs, result } = await this.#page.evaluate(() => {
      const { said, until } = window.whubBench;
      return until(() => (said().running ? undefined : true), 5_000);
    });
    return result === undefined ? Number.POSITIVE_INFINITY : atMs - startedMs;
  }

  /**
   * Opens the reply's body of the row with that text.
   *
   * @returns ms from the press on its tab until its first text was drawn, and the page's tasks of more than 50 ms in that time and
   *   the second behind it
   */
  async openReply(text) {
    const tab = (name) => this.#page.getByRole('tab', { name, exact: true });
    await this.#page.getByRole('row').filter({ hasText: text }).first().click();
    await tab('Summary').click();
    await this.#page.getByText(text).last().waitFor();
    await this.watchFrames();
    // What happens before a tab is pressed, as finding it, is no part of what a person waits for.
    await this.#page.evaluate(() => {
      addEventListener('pointerdown', ({ timeStamp }) => (window.whubPressedMs = performance.timeOrigin + timeStamp), {
        capture: true,
        once: true,
      });
    });
    await tab('Reply').click();
    const { atMs, result, pressedMs } = await this.#page.evaluate(async () => {
      const shown = () => {
        // Editors stand in shadow trees.
        const trees = [...document.querySelectorAll('[role=tabpanel] div')].map(
          (element) => element.shadowRoot ?? element,
        );
        return trees.map((tree) => tree.querySelector('[aria-label="Reply body"], [aria-label="Reply body as hex"]'));
      };
      const hasText = (element) => /[[0-9]/.test(element?.textContent ?? '');
      const found = await window.whubBench.until(() => (shown().some(hasText) ? true : undefined), 30_000);
      return { ...found, pressedMs: window.whubPressedMs };
    });
    await pause(AFTERWARDS_MS);
    const { longTasks } = await this.endFrames();
    return { firstMs: result === undefined ? Number.POSITIVE_INFINITY : atMs - pressedMs, longTasks };
  }

  /** Ends when more rows than that are shown again. */
  async clearFilter(than) {
    const field = this.#page.getByLabel('Filter exchanges');
    await field.fill('');
    await field.press('Enter');
    await this.#page.evaluate((most) => {
      const { view, until } = window.whubBench;
      return until(() => (view()?.complete && view().total > most ? true : undefined), 30_000);
    }, than);
  }

  /** Sticks to the end. */
  async follow() {
    const button = this.#page.getByRole('button', { name: 'Follow', exact: true });
    if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
  }

  watchFrames() {
    return this.#page.evaluate(() => {
      window.whubEndFrames = window.whubFrames();
    });
  }

  /** @returns {Promise<{ frames: number[], longTasks: number[] }>} since `watchFrames`, ms */
  endFrames() {
    return this.#page.evaluate(() => window.whubEndFrames());
  }

  /** JavaScript heap of the page as it is, and after a collection, MiB. */
  async heapMib() {
    const { usedSize: asItIs } = await this.#cdp.send('Runtime.getHeapUsage');
    await this.#cdp.send('HeapProfiler.collectGarbage');
    const { usedSize: kept } = await this.#cdp.send('Runtime.getHeapUsage');
    return { asItIs: asItIs / 2 ** 20, kept: kept / 2 ** 20 };
  }

  async [Symbol.asyncDispose]() {
    await this.#browser?.close();
  }
}

/** A program that starts the browser on one core. */
function pinned(programs, executablePath, core) {
  const path = join(programs.folder(), 'pinned-browser');
  writeFileSync(path, `#!/bin/sh\nexec taskset -c ${core} ${JSON.stringify(executablePath)} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
