import { Emitter } from '../common/base/emitter.ts';
import type { Readable, Writable } from 'node:stream';

/** What a command sees of its process, so that tests can stand in for it. */
export interface Terminal {
  readonly stdin: Readable;
  /** Only results. */
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** Everything else. */
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C, on SIGTERM, and when nobody reads stdout any more. */
  readonly interrupted: AbortSignal;
  /** Called on SIGHUP instead of an interruption, where that does not mean that the terminal is gone: there is none. */
  onHangup(listener: () => void): Disposable;
}

/** Why a command is to end early; `exitCode` as shells have it, 0 when it is no mishap. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exitCode: number;

  constructor(reason: string, exitCode: number) {
    super(reason);
    this.exitCode = exitCode;
  }
}

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

/**
 * The process as a terminal. The first signal asks the command to clean up and end; the next one ends the process at once.
 */
export function processTerminal(): Terminal & Disposable {
  const controller = new AbortController();
  const hangups = new Emitter<void>();
  const isAtTerminal = process.stdin.isTTY || process.stdout.isTTY;
  using setup = new DisposableStack();
  for (const [signal, exitCode] of SIGNALS) {
    const handle = (): void => {
      if (signal === 'SIGHUP' && !isAtTerminal && hangups.listenerCount > 0) {
        hangups.emit();
        return;
      }
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interruption(signal, exitCode));
    };
    process.on(signal, handle);
    setup.defer(() => process.off(signal, handle));
  }
  for (const stream of [process.stdout, process.stderr]) {
    // Stays for the rest of the process: a reader that left, as in `whub tap | head`, is no failure.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      controller.abort(new Interruption('nobody reads the output any more', 0));
    });
  }
  const owned = setup.move();
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    interrupted: controller.signal,
    onHangup: (listener) => hangups.event.subscribe(listener),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

export function printLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

/** Resolves when the command is interrupted. */
export function whenInterrupted(terminal: Terminal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (terminal.interrupted.aborted) resolve();
  else terminal.interrupted.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
