import { remoteErrorFrom } from '../common/errors/wire.ts';
import type { Message } from '../common/protocol/message.ts';
import { encodingWord } from '../common/protocol/words.ts';
import type { EncodingWord } from './body.ts';
import { collectStream, streamOf } from './collect-stream.ts';
import { CancelledError } from './errors.ts';
import { HeaderList } from './header-list.ts';
import type { IncomingStream } from './incoming-stream.ts';

/** Of a body that is kept only to say what went wrong. */
const MAX_PROBLEM_BYTES = 64 << 10;

export interface StreamReplyInit {
  /** The Response that opened it. */
  readonly message: Message;
  /** Absent: the answer came whole, with the Response. */
  readonly incoming?: IncomingStream | undefined;
  /** Tells the hub that nobody wants the rest. */
  readonly cancel: (reason: unknown) => void;
}

/**
 * An answer whose body is read as it comes. It must be read to its end or cancelled: until then the request is in flight,
 * and its provider waits.
 *
 * @example
 * const reply = await client.request({ uri: '/files/get/film.mp4', stream: true });
 * for await (const chunk of reply) await file.write(chunk);
 */
export class StreamReply implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly status: number;
  readonly headers: HeaderList;
  readonly encoding: EncodingWord;
  /** Gives credit to the provider as it is read; errors when the stream is broken off. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly #cancel: (reason: unknown) => void;

  /** @internal */
  constructor({ message, incoming, cancel }: StreamReplyInit) {
    this.status = message.status;
    this.headers = new HeaderList(message.headers);
    this.encoding = encodingWord(message.encoding) as EncodingWord;
    this.stream = incoming?.readable ?? streamOf(message.payload);
    this.#cancel = cancel;
  }

  /** True below 400. */
  get ok(): boolean {
    return this.status < 400;
  }

  /**
   * @returns this reply, when it is {@link ok}
   * @throws {RemoteError} with the status and the problem document's detail, when it is not
   */
  async orThrow(): Promise<this> {
    if (this.ok) return this;
    throw remoteErrorFrom(this.status, await this.bytes(MAX_PROBLEM_BYTES));
  }

  /**
   * Reads all that is left.
   *
   * @param maxBytes 0 = no limit
   * @throws {RequestError} TOO_LARGE_ERR when it is longer
   * @throws {RemoteError} when it is broken off
   */
  bytes(maxBytes = 0): Promise<Uint8Array> {
    return collectStream(this.stream, maxBytes);
  }

  /** Ends the stream, here with a {@link CancelledError} and at its provider. Does nothing after the end. */
  cancel(reason = 'nobody wants the rest'): void {
    this.#cancel(new CancelledError(`Cannot read on: the stream was cancelled: ${reason}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return await Promise.resolve();
  }

  /** Leaving the loop early cancels the stream. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.stream.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }
}
