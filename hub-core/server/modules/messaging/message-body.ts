import { z } from 'zod';
import { isClientId, isServiceId } from '../../../common/base/ids.ts';
import { jsonMember } from '../../../common/protocol/json-member.ts';
import { isJson } from '../../../common/protocol/json-scanner.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import { isUtf8 } from '../../../common/protocol/utf8.ts';
import { parseBody, readBody, SMALL_BODY_BYTES } from '../../service/built-in-body.ts';

/**
 * Segments like a client id's, with `/` between them; none of them only of points, which a path would resolve away. Without
 * look-ahead, which linear engines do not have: the schema is announced.
 */
const TOPIC = /^\.*[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/\.*[A-Za-z0-9_~-][A-Za-z0-9._~-]*){0,7}$/;
const MAX_SEGMENT = 64;

const WHAT_IT_IS = 'must be up to 8 segments of letters, digits, ".", "_", "~" and "-"';

const topic = z
  .string()
  .max(256)
  .regex(TOPIC, WHAT_IT_IS)
  .refine((text) => text.split('/').every(({ length }) => length <= MAX_SEGMENT), `${WHAT_IT_IS}, of up to 64 each`);
const anyPayload = z.unknown().describe('Any JSON value, passed on byte for byte; absent = null');

export const sendSchema = z.strictObject({
  to: z.string().refine(isClientId, 'must be a client id').describe('Whom to send it to'),
  topic: topic.describe('What it is about: the uri of the Notice is /message/<topic>'),
  payload: anyPayload.optional(),
});

export const broadcastSchema = z.strictObject({
  topic,
  payload: anyPayload.optional(),
  service: z.string().refine(isServiceId, 'must be a service id').optional().describe('Only to those who provide it'),
});

export const deliveredSchema = z.strictObject({
  delivered: z.int().nonnegative().describe('Connections that it was written to; those that do not read are left out'),
});

const ACTION = 'send the message';
const NULL = jsonPayload(null);

/** The body with another value where `member`, a view of it, is. */
function replaced(bytes: Uint8Array, member: Uint8Array, value: Uint8Array): Uint8Array {
  const at = member.byteOffset - bytes.byteOffset;
  return Buffer.concat([bytes.subarray(0, at), value, bytes.subarray(at + member.byteLength)]);
}

/**
 * Reads a body. The payload may be as large as a frame, so nothing is made of it.
 *
 * @throws {RequestError} BAD_REQUEST_ERR that names the first bad value; TOO_LARGE_ERR when what is around the payload is
 */
export function parseMessage<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
): { readonly body: T; readonly payload: Uint8Array } {
  // Only to say what is wrong with it.
  if (!isUtf8(bytes) || !isJson(bytes)) readBody(bytes, { action: ACTION, maxBytes: Infinity });
  const payload = jsonMember(bytes, 'payload');
  const envelope = payload === undefined ? bytes : replaced(bytes, payload, NULL);
  const body = parseBody(schema, envelope, { action: ACTION, maxBytes: SMALL_BODY_BYTES });
  return { body, payload: payload ?? NULL };
}
