import { RequestError } from '../../common/errors/hub-error.ts';
import { EMPTY_BYTES, Flag, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';

/** The most that a Data's other fields take beside its payload, bytes. */
const DATA_OVERHEAD_BYTES = 512;

/** What is refused because the link it would go over does not carry it. */
export function tooLargeForLink(bytes: number, maxBytes: number): RequestError {
  return new RequestError(
    'TOO_LARGE_ERR',
    `Cannot pass on ${String(bytes)} bytes in one message: the link to the receiver carries at most ${String(maxBytes)}, use a stream`,
  );
}

/**
 * Cuts a Data into pieces that a link carries. Credit counts payloads, so it makes no difference to it.
 *
 * @param maxBytes largest frame of the link
 */
export function dataPieces(
  { payload = EMPTY_BYTES, flags = 0, status = 0 }: Message | MessageInit,
  maxBytes: number,
): MessageInit[] {
  const room = Math.max(1, maxBytes - DATA_OVERHEAD_BYTES);
  const pieces: MessageInit[] = [];
  for (let at = 0; at < payload.byteLength; at += room) {
    pieces.push({ kind: Kind.Data, flags: flags & ~Flag.End, payload: payload.subarray(at, at + room) });
  }
  pieces[pieces.length - 1] = { ...pieces.at(-1), kind: Kind.Data, flags, status };
  return pieces;
}
