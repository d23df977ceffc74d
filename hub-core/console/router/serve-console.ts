import { StandardRPCHandler } from '@orpc/server/standard';
import {
  createServerPeerHandleRequestFn,
  type HandleStandardServerPeerMessageOptions,
} from '@orpc/server/standard-peer';
import { ServerPeer } from '@orpc/standard-server-peer';
import type { Logger } from '../../common/log/logger.ts';

/** Frames of oRPC's own making: text, or bytes where a file travels along. */
export type ConsoleFrame = string | Uint8Array;

/** One console's line to a root, whatever carries it. */
export interface ConsoleLine {
  send(frame: ConsoleFrame): void;
  close(): void;
  onFrame(listener: (frame: ConsoleFrame) => void): void;
  /** Called once, also when the line was closed before. */
  onClose(listener: () => void): void;
}

/** What of a `MessagePort` is used, so that Node's and Electron's fit alike. */
export interface ConsolePort {
  postMessage(frame: ConsoleFrame): void;
  on(event: 'message', listener: (frame: ConsoleFrame) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  close(): void;
}

/** What of a `ws` socket is used. */
export interface ConsoleSocket {
  readonly bufferedAmount: number;
  send(frame: ConsoleFrame): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** A page that stopped reading is cut off before its frames fill the memory. */
const MAX_BUFFERED_BYTES = 64 << 20;

export function portLine(port: ConsolePort): ConsoleLine {
  return {
    send: (frame) => port.postMessage(frame),
    close: () => port.close(),
    onFrame: (listener) => port.on('message', listener),
    onClose: (listener) => port.on('close', listener),
  };
}

export function socketLine(socket: ConsoleSocket): ConsoleLine {
  return {
    send(frame) {
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else socket.send(frame);
    },
    close: () => socket.close(1008, 'not a frame of the console'),
    onFrame: (listener) => socket.on('message', (data, isBinary) => listener(isBinary ? data : data.toString('utf8'))),
    onClose: (listener) => socket.on('close', listener),
  };
}

export interface ConsoleSession<Session extends Record<PropertyKey, unknown>> extends Disposable {
  readonly options: HandleStandardServerPeerMessageOptions<Session>;
}

export interface ConsoleServerDeps<Session extends Record<PropertyKey, unknown>> {
  /** As oRPC bounds it: whatever implements a contract for that session. */
  readonly router: ConstructorParameters<typeof StandardRPCHandler<Session>>[0];
  /** Made for each line; disposed when it closes. */
  readonly openSession: () => ConsoleSession<Session>;
  readonly log: Logger;
}

/** Answers the calls of any number of lines with one router. */
export class ConsoleServer<Session extends Record<PropertyKey, unknown>> implements Disposable {
  readonly #deps: ConsoleServerDeps<Session>;
  readonly #handler: StandardRPCHandler<Session>;
  readonly #lines = new Set<ConsoleLine>();
  #disposed = false;

  constructor(deps: ConsoleServerDeps<Session>) {
    this.#deps = deps;
    this.#handler = new StandardRPCHandler(deps.router, {});
  }

  /** Number of open lines. */
  get lines(): number {
    return this.#lines.size;
  }

  /** Serves `line` until it closes. A frame that is none of oRPC's closes it, and so does the server's end, which may have been. */
  serve(line: ConsoleLine): void {
    // A port that closes still hands over what was sent before: a line that came so would keep its thread from ending.
    if (this.#disposed) {
      line.close();
      return;
    }
    const session = this.#deps.openSession();
    const peer = new ServerPeer((frame) => line.send(frame as ConsoleFrame));
    const handle = createServerPeerHandleRequestFn(this.#handler, session.options);
    this.#lines.add(line);
    line.onClose(() => {
      this.#lines.delete(line);
      peer.close();
      session[Symbol.dispose]();
    });
    line.onFrame((frame) => {
      peer.message(frame as Parameters<typeof peer.message>[0], handle).catch((error: unknown) => {
        this.#deps.log.warn({ module: 'console', error }, 'a console line was closed: it sent what is no call');
        line.close();
      });
    });
  }

  /** Closes every line. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const line of this.#lines) line.close();
  }
}
