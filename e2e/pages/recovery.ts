import type { DesktopApp } from '../fixtures/desktop.ts';
import type { DesktopPage, Fault } from './desktop-page.ts';

/** What people are told to expect; a figure above it is printed as such and fails nothing: machines are slow at times. */
export const LIMIT_MS = 2_000;

interface Seen {
  /** Wall time, as that of the app's logs. */
  readonly atMs: number;
  /** The status bar's text, or the root whose line brought something. */
  readonly what: string;
}

/** Has the page note, with its time, what its status bar shows and what its lines to the hub bring, from its next lines on. */
export async function watchPage({ page }: DesktopPage): Promise<void> {
  await page.evaluate(() => {
    const seen: Seen[] = [];
    Object.assign(window, { seenByTest: seen });
    const note = (what: string): void => void seen.push({ atMs: performance.timeOrigin + performance.now(), what });
    window.addEventListener('message', ({ data, ports: [hub, capture] }: MessageEvent<{ of?: unknown }>) => {
      if (data.of !== 'hub') return;
      hub?.addEventListener('message', () => note('hub'));
      capture?.addEventListener('message', () => note('capture'));
    });
    const bar = document.querySelector('[role=contentinfo]');
    const look = (): void => note(`bar: ${bar instanceof HTMLElement ? bar.innerText : ''}`);
    if (bar !== null) new MutationObserver(look).observe(bar, { subtree: true, childList: true, characterData: true });
  });
}

function seenOn({ page }: DesktopPage): Promise<readonly Seen[]> {
  return page.evaluate(() => (window as unknown as { seenByTest: Seen[] }).seenByTest);
}

/** When the app logged, for the n-th time, that a thread died. */
function diedAtMs(app: DesktopApp, thread: 'hub' | 'capture', nth: number): number | undefined {
  const lines = app.output.split('\n').filter((line) => line.includes(`the ${thread} thread died`));
  return lines[nth - 1] === undefined ? undefined : (JSON.parse(lines[nth - 1] ?? '') as { time: number }).time;
}

export interface Recovery {
  /** From the fault until the status bar says that the thread does not answer, or is started again; undefined when it never said so. */
  readonly saidAfterMs: number | undefined;
  /** From the fault to the end of the thread. */
  readonly endedAfterMs: number;
  /** From the end of the thread until the console shows that it runs and gets something from it. */
  readonly liveAfterMs: number;
}

export interface Struck {
  readonly app: DesktopApp;
  readonly console_: DesktopPage;
  readonly thread: 'hub' | 'capture';
  /** Which death of the thread it is, from 1. */
  readonly nth: number;
  readonly faultAtMs: number;
}

/** @returns undefined while the console has not recovered */
export async function recoveryOf({ app, console_, thread, nth, faultAtMs }: Struck): Promise<Recovery | undefined> {
  const endedAtMs = diedAtMs(app, thread, nth);
  if (endedAtMs === undefined) return undefined;
  const seen = await seenOn(console_);
  const silent = thread === 'hub' ? 'Not answering' : 'Store not answering';
  const isTold = (what: string): boolean => what.includes(silent) || what.startsWith('bar: Restarting');
  const said = seen.find(({ atMs, what }) => atMs >= faultAtMs && isTold(what));
  // What was on its way when the thread ended still comes after that.
  const isDown = seen.find(({ atMs, what }) => atMs >= endedAtMs && what.startsWith('bar: Restarting'));
  if (isDown === undefined) return undefined;
  const news = seen.find(({ atMs, what }) => atMs > isDown.atMs && what === thread);
  const running = seen.find(({ atMs, what }) => atMs > isDown.atMs && what.startsWith('bar: Running'));
  if (news === undefined || running === undefined) return undefined;
  return {
    saidAfterMs: said === undefined ? undefined : Math.round(said.atMs - faultAtMs),
    endedAfterMs: Math.round(endedAtMs - faultAtMs),
    liveAfterMs: Math.round(Math.max(news.atMs, running.atMs) - endedAtMs),
  };
}

export const figure = (ms: number): string =>
  `${String(ms)} ms${ms > LIMIT_MS ? ', ABOVE' : ''} (limit ${String(LIMIT_MS)})`;

/** For the report: one line a fault. */
export function recoveryLine(thread: 'hub' | 'capture', fault: Fault, recovery: Recovery): string {
  const { saidAfterMs, endedAfterMs, liveAfterMs } = recovery;
  const said = saidAfterMs === undefined ? '' : ` said so after ${String(saidAfterMs)} ms,`;
  const again = `started again within ${String(liveAfterMs)} ms, live again after ${figure(endedAfterMs + liveAfterMs)}`;
  return `${thread} thread ${fault}:${said} ended after ${String(endedAfterMs)} ms, ${again}`;
}

/** Prints a figure and keeps it with the test's results. */
export function report(info: { annotations: { type: string; description?: string }[] }, line: string): void {
  info.annotations.push({ type: 'recovery', description: line });
  process.stdout.write(`  recovery: ${line}\n`);
}
