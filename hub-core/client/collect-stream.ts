import { ByteCollector } from '../common/base/byte-collector.ts';
import { RequestError } from '../common/errors/hub-error.ts';
import { readerOf, type ByteStream } from './byte-stream.ts';

/** A stream of one chunk, or of none for no bytes. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/**
 * Reads a stream to its end.
 *
 * @param maxBytes 0 = no limit
 * @throws {RequestError} TOO_LARGE_ERR when it is longer; the rest is cancelled
 * @throws what the stream throws
 */
export async function collectStream(stream: ByteStream, maxBytes: number): Promise<Uint8Array> {
  const reader = readerOf(stream);
  const collected = new ByteCollector();
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    if (maxBytes !== 0 && collected.length + chunk.length > maxBytes) {
      const text = `Cannot collect the stream: it is longer than ${String(maxBytes)} bytes; read it as a stream`;
      const error = new RequestError('TOO_LARGE_ERR', text);
      reader.cancel(error);
      throw error;
    }
    collected.add(chunk);
  }
  return collected.take();
}
