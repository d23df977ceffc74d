/** A body that comes in pieces: whatever the platform reads from a file, a socket or a generator. */
export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Pulls one {@link ByteStream}, whichever of the two it is. */
export interface ByteReader {
  /** @returns the next chunk; undefined at the end. @throws what the stream throws */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody wants the rest. Never throws, and what the stream says to it is not heard. */
  cancel(reason: unknown): void;
}

function isReadableStream(value: object): value is ReadableStream<Uint8Array> {
  return 'getReader' in value && typeof value.getReader === 'function';
}

export function isByteStream(value: unknown): value is ByteStream {
  if (typeof value !== 'object' || value === null) return false;
  return isReadableStream(value) || Symbol.asyncIterator in value;
}

function checked(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`Cannot send a chunk of type "${typeof chunk}": a stream of bytes gives Uint8Array`);
}

// A stream that cannot even be cancelled has nothing more to say to anybody.
const ignore = (): void => undefined;

/** @throws {TypeError} when somebody else reads the stream already */
export function readerOf(stream: ByteStream): ByteReader {
  // Not every browser can iterate over its own streams, so those are read with a reader.
  if (isReadableStream(stream)) {
    const reader = stream.getReader();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done ? undefined : checked(value);
      },
      cancel: (reason) => void reader.cancel(reason).catch(ignore),
    };
  }
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: async () => {
      const next = await iterator.next();
      return next.done === true ? undefined : checked(next.value);
    },
    cancel: () => void iterator.return?.().catch(ignore),
  };
}

/** Lets go of a stream that will not be read. */
export function discard(stream: ByteStream, reason: unknown): void {
  try {
    readerOf(stream).cancel(reason);
  } catch (error) {
    // Somebody else reads it already: then it is theirs.
    if (!(error instanceof TypeError)) throw error;
  }
}
