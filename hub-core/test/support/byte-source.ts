import { EMPTY_BYTES } from '../../common/protocol/message.ts';

/** A stream of equal chunks that tells how far it was read. */
export class ByteSource {
  /** Chunks that it was asked for. */
  produced = 0;
  readonly stream: ReadableStream<Uint8Array>;
  /** What it was cancelled with. */
  readonly cancelled: Promise<unknown>;

  /** @param failure thrown after the last chunk, instead of an end */
  constructor(chunks: number, chunkBytes: number, failure?: Error) {
    const cancelled = Promise.withResolvers<unknown>();
    this.cancelled = cancelled.promise;
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (this.produced < chunks) {
            controller.enqueue(new Uint8Array(chunkBytes).fill(this.produced % 251));
            this.produced += 1;
          } else if (failure === undefined) controller.close();
          else controller.error(failure);
        },
        cancel: (reason) => cancelled.resolve(reason),
      },
      { highWaterMark: 0 },
    );
  }
}

/** As {@link ByteSource}, from a generator. */
export async function* chunksOf(...chunks: readonly (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield await Promise.resolve(chunk);
  }
}

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let all: Uint8Array = EMPTY_BYTES;
  for await (const chunk of stream) all = Buffer.concat([all, chunk]);
  return all;
}
