import type { Message } from '../common/protocol/message.ts';
import { collectStream } from './collect-stream.ts';
import type { IncomingStream } from './incoming-stream.ts';
import { Reply } from './reply.ts';
import { StreamReply } from './stream-reply.ts';

/** Where the answer to one request goes. */
export interface Answer {
  /** Streamed answers must end within the request's time as well: they are collected. */
  readonly isTimedToItsEnd: boolean;
  /** It came in one piece. */
  whole(message: Message): void;
  /** Its first frame came; what goes wrong from now on, the stream tells. */
  opened(message: Message, incoming: IncomingStream, cancel: (reason: unknown) => void): void;
  /** There is none. */
  fail(reason: unknown): void;
}

/** For callers who want it whole: a stream is collected, up to a limit. */
export class WholeAnswer implements Answer {
  readonly isTimedToItsEnd = true;
  readonly reply: Promise<Reply>;
  readonly #maxBytes: () => number;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (reason: unknown) => void;

  /** @param maxBytes most that is collected; 0 = no limit */
  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.reply = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  whole(message: Message): void {
    this.#resolve(new Reply(message));
  }

  opened(message: Message, incoming: IncomingStream): void {
    collectStream(incoming.readable, this.#maxBytes()).then(
      (payload) => this.#resolve(new Reply(message, payload)),
      this.#reject,
    );
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }
}

/** For callers who read it as it comes. */
export class StreamedAnswer implements Answer {
  readonly isTimedToItsEnd = false;
  readonly reply: Promise<StreamReply>;
  readonly #resolve: (reply: StreamReply) => void;
  readonly #reject: (reason: unknown) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<StreamReply>();
    this.reply = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  whole(message: Message): void {
    this.#resolve(new StreamReply({ message, cancel: () => undefined }));
  }

  opened(message: Message, incoming: IncomingStream, cancel: (reason: unknown) => void): void {
    this.#resolve(
      new StreamReply({
        message,
        incoming,
        cancel: (reason) => {
          cancel(reason);
          // What came already, with its End, is not to be read either.
          incoming.fail(reason);
        },
      }),
    );
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }
}
