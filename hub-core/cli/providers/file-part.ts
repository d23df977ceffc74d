import type { FileHandle } from 'node:fs/promises';
import { RequestError } from '../../client/node/index.ts';

/** Some bytes of a file, one after the other. */
export interface FilePart {
  readonly start: number;
  readonly length: number;
}

/** Read at one time: what one Data holds. */
const READ_BYTES = 64 << 10;

async function readFull(file: FileHandle, { start, length }: FilePart): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    // Cut short by another program meanwhile: an answer that is shorter than its headers say would be worse.
    if (bytesRead === 0)
      throw new RequestError('CONFLICT_ERR', 'Cannot read the file: it became shorter meanwhile; try again');
    filled += bytesRead;
  }
  return bytes;
}

/**
 * Reads a part of a file, in one piece when it is small.
 *
 * @param file closed when that is done, fails, or the stream is cancelled
 */
export async function readPart(file: FileHandle, part: FilePart): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  if (part.length > READ_BYTES) return streamPart(file, part);
  await using _closing = file;
  return await readFull(file, part);
}

function streamPart(file: FileHandle, part: FilePart): ReadableStream<Uint8Array> {
  const end = part.start + part.length;
  let { start } = part;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const chunk = await readFull(file, { start, length: Math.min(READ_BYTES, end - start) });
          start += chunk.length;
          controller.enqueue(chunk);
          if (start < end) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await file.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}
