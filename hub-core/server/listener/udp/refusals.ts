import { RequestError } from '../../../common/errors/hub-error.ts';
import { Encoding, Kind, type MessageInit } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';

/** How much does not fit into how much. */
export interface Misfit {
  readonly bytes: number;
  readonly maxBytes: number;
}

/** Of a request or an answer with the flag Stream. */
export function inPieces(errorName: 'BAD_REQUEST_ERR' | 'TOO_LARGE_ERR', action: string): RequestError {
  return new RequestError(
    errorName,
    `Cannot ${action} over udp: it comes in pieces; connect with ws: or tcp: for that`,
  );
}

export function answerTooLarge({ bytes, maxBytes }: Misfit): RequestError {
  return new RequestError(
    'TOO_LARGE_ERR',
    `Cannot deliver the answer over udp: it has ${String(bytes)} bytes, and ${String(maxBytes)} fit; ask over another transport`,
  );
}

/** In the place of an error that does not fit: a caller can do without its text, but not without its status. */
export function shortenedError(status: number, misfit: Misfit): MessageInit {
  const { message: detail } = answerTooLarge(misfit);
  const payload = jsonPayload({ type: 'about:blank', title: 'Shortened', status, detail });
  return { kind: Kind.Response, status, encoding: Encoding.Json, payload };
}
