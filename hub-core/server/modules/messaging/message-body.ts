import { z } from 'zod';
import { isClientId, isServiceId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { jsonMember } from '../../../common/protocol/json-member.ts';
import { jsonPayload, parseJsonPayload } from '../../../common/protocol/payload.ts';

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
const payload = z.unknown().describe('Any JSON value, passed on byte for byte; absent = null');

export const sendSchema = z.strictObject({
  to: z.string().refine(isClientId, 'must be a client id').describe('Whom to send it to'),
  topic: topic.describe('What it is about: the uri of the Notice is /message/<topic>'),
  payload: payload.optional(),
});

export const broadcastSchema = z.strictObject({
  topic,
  payload: payload.optional(),
  service: z.string().refine(isServiceId, 'must be a service id').optional().describe('Only to those who provide it'),
});

export const deliveredSchema = z.strictObject({
  delivered: z.int().nonnegative().describe('Connections that it was written to; those that do not read are left out'),
});

/** @throws {RequestError} BAD_REQUEST_ERR that names the first bad value */
export function parseMessage<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
): { readonly body: T; readonly payload: Uint8Array } {
  const parsed = schema.safeParse(parseJsonPayload(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? 'the body' : `"${issue.path.join('.')}"`;
    throw new RequestError('BAD_REQUEST_ERR', `Cannot send the message: ${place}: ${issue?.message ?? 'is not valid'}`);
  }
  return { body: parsed.data, payload: jsonMember(bytes, 'payload') ?? jsonPayload(null) };
}
