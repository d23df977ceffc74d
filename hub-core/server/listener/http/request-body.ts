import type { IncomingMessage } from 'node:http';
import { ByteCollector } from '../../../common/base/byte-collector.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { EMPTY_BYTES } from '../../../common/protocol/message.ts';

function tooLarge(maxBytes: number): RequestError {
  return new RequestError('TOO_LARGE_ERR', `Cannot take the body: it is larger than ${String(maxBytes)} bytes`);
}

/** True when a body was announced. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Reads the whole body.
 *
 * @param maxBytes Infinity = no limit
 * @param onWanted called when there is a body and nothing known speaks against it: time to say 100 Continue
 * @returns undefined when the caller went away before its end
 * @throws {RequestError} TOO_LARGE_ERR, as soon as it is known; the rest of the body is then still unread
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  onWanted: () => void,
): Promise<Uint8Array | undefined> {
  if (!hasBody(request)) return Promise.resolve(EMPTY_BYTES);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  onWanted();
  return new Promise((resolve, reject) => {
    const collected = new ByteCollector();
    const onData = (chunk: Buffer): void => {
      if (collected.length + chunk.byteLength > maxBytes) {
        request.off('data', onData).off('end', onEnd);
        request.pause();
        collected.clear();
        reject(tooLarge(maxBytes));
        return;
      }
      collected.add(chunk);
    };
    const onEnd = (): void => resolve(collected.take());
    request.on('data', onData);
    request.once('end', onEnd);
    // After the end this changes nothing.
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
