import { implement } from '@orpc/server';
import type { DesktopCommand, DesktopState } from '../../../hub-core/console/contract/desktop-contract.ts';
import { desktopContract } from '../../../hub-core/console/contract/desktop-contract.ts';
import { systemClock } from '../../../hub-core/common/base/clock.ts';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import type { Event } from '../../../hub-core/common/base/emitter.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import type { RecentLog } from '../../../hub-core/common/log/recent-log.ts';
import { newestOf } from '../../../hub-core/console/router/newest-of.ts';
import { ConsoleServer } from '../../../hub-core/console/router/serve-console.ts';
import type { DragWish } from '../drag/drag-out.ts';
import type { KeptTexts } from '../settings/kept-texts.ts';
import { windowLine } from './window-line.ts';
import type { WindowPort } from './pump.ts';

const WATCH_INTERVAL_MS = 100;
/** A page that reads no commands is stuck; the oldest would surprise most. */
const MAX_WAITING = 16;

export interface DesktopDeskDeps {
  readonly state: () => DesktopState;
  readonly onDidChange: Event<unknown>;
  readonly restartHub: () => void;
  readonly recentLog: RecentLog;
  readonly diagnostics: () => Promise<string>;
  readonly kept: Pick<KeptTexts, 'read' | 'keep'>;
  /** Rejects when there is nothing to drag. @param signal aborts when the pointer's button is let go of */
  readonly dragOut: (wish: DragWish, signal: AbortSignal | undefined) => Promise<void>;
  /** A page listens to commands from here on. */
  readonly onPage: () => void;
  readonly log: Logger;
}

interface Reader {
  readonly sent: Event<DesktopCommand>;
  readonly signal: AbortSignal;
  readonly onReady: () => void;
}

/**
 * Commands for one page, in order, from when it asks on.
 *
 * @yields every command that was sent while it reads
 */
async function* commandsFrom({ sent, signal, onReady }: Reader): AsyncGenerator<DesktopCommand> {
  const waiting: DesktopCommand[] = [];
  let wake: () => void = () => {};
  using cleanup = new DisposableStack();
  cleanup.use(
    sent.subscribe((command) => {
      waiting.push(command);
      if (waiting.length > MAX_WAITING) waiting.shift();
      wake();
    }),
  );
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  cleanup.defer(() => signal.removeEventListener('abort', onAbort));
  onReady();
  while (!signal.aborted) {
    const command = waiting.shift();
    if (command === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else yield command;
  }
}

/** Serves the console's contract with the desktop app, on the third of a window's ports. */
export class DesktopDesk implements Disposable {
  readonly #commands = new Emitter<DesktopCommand>();
  readonly #server: ConsoleServer<Record<never, never>>;

  constructor(deps: DesktopDeskDeps) {
    const { state, onDidChange, restartHub, recentLog, diagnostics, kept, dragOut, onPage, log } = deps;
    const os = implement(desktopContract);
    const router = os.router({
      desktop: {
        watch: os.desktop.watch.handler(({ signal }) =>
          newestOf({
            changed: onDidChange,
            current: state,
            minIntervalMs: WATCH_INTERVAL_MS,
            clock: systemClock,
            signal,
          }),
        ),
        commands: os.desktop.commands.handler(({ signal }) =>
          commandsFrom({ sent: this.#commands.event, signal: signal ?? new AbortController().signal, onReady: onPage }),
        ),
        restartHub: os.desktop.restartHub.handler(() => {
          restartHub();
          return {};
        }),
        log: os.desktop.log.handler(({ input }) => recentLog.read(input.after)),
        diagnostics: os.desktop.diagnostics.handler(async () => ({ text: await diagnostics() })),
        kept: os.desktop.kept.handler(() => ({ draft: kept.read('draft'), place: kept.read('place') })),
        dragOut: os.desktop.dragOut.handler(async ({ input, signal }) => {
          await dragOut(input, signal);
          return {};
        }),
        keep: os.desktop.keep.handler(async ({ input: { name, text } }) => {
          await kept.keep(name, text);
          return {};
        }),
      },
    });
    this.#server = new ConsoleServer({
      router,
      openSession: () => ({ options: { context: {} }, [Symbol.dispose]: () => {} }),
      log,
    });
  }

  /** Whether a page hears commands. */
  get hasPage(): boolean {
    return this.#commands.listenerCount > 0;
  }

  serve(port: WindowPort): Disposable {
    this.#server.serve(windowLine(port));
    port.start();
    return { [Symbol.dispose]: () => port.close() };
  }

  send(command: DesktopCommand): void {
    this.#commands.emit(command);
  }

  [Symbol.dispose](): void {
    this.#server[Symbol.dispose]();
  }
}
