import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtocolError } from '../../../common/errors/hub-error.ts';
import { SDP_CONTENT_TYPE } from '../../../common/transport/data-channel.ts';
import { readBody } from '../http/request-body.ts';
import { MAX_OFFER_BYTES } from './offer-sdp.ts';

/** How an offer is written; the answer is written the same way. */
export type OfferForm = 'sdp' | 'json';

export interface OfferText {
  readonly form: OfferForm;
  /** Not looked at yet. */
  readonly sdp: string;
}

function formOf({ headers }: IncomingMessage): OfferForm {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === SDP_CONTENT_TYPE) return 'sdp';
  if (type === 'application/json') return 'json';
  throw new ProtocolError(
    `Cannot read an offer of type "${type ?? ''}": send ${SDP_CONTENT_TYPE}, or application/json with "type" and "sdp"`,
  );
}

function sdpOfJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProtocolError('Cannot read the offer: it is no JSON', { cause: error });
  }
  const { type, sdp } = Object(value) as { readonly type?: unknown; readonly sdp?: unknown };
  if (type === 'offer' && typeof sdp === 'string') return sdp;
  throw new ProtocolError('Cannot read the offer: its JSON has "type" "offer" and a string "sdp"');
}

/**
 * Reads the body of `POST /rtc/offer`.
 *
 * @returns undefined when the caller went away before its end
 * @throws {HubError} when it is no text of a known form, or larger than {@link MAX_OFFER_BYTES}
 */
export async function readOffer(request: IncomingMessage, response: ServerResponse): Promise<OfferText | undefined> {
  const form = formOf(request);
  const body = await readBody(request, MAX_OFFER_BYTES, () => {
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  });
  if (body === undefined) return undefined;
  const text = new TextDecoder().decode(body);
  return { form, sdp: form === 'sdp' ? text : sdpOfJson(text) };
}

/** Answers an offer in its own form. */
export function sendAnswer(response: ServerResponse, form: OfferForm, sdp: string): void {
  const body = form === 'sdp' ? sdp : JSON.stringify({ type: 'answer', sdp });
  response.writeHead(200, {
    'content-type': form === 'sdp' ? SDP_CONTENT_TYPE : 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
