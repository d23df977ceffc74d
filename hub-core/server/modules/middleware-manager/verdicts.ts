import { z } from 'zod';
import { isErrorName } from '../../../common/errors/status.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import {
  EMPTY_BYTES,
  Encoding,
  type Header,
  type Message,
  type MessageInit,
} from '../../../common/protocol/message.ts';
import { jsonPayload, textPayload } from '../../../common/protocol/payload.ts';

const headers = z.array(z.strictObject({ name: z.string(), value: z.string() }));
const status = z.int().min(200).max(599);
const body = { json: z.unknown().optional(), text: z.string().optional(), bytes: z.instanceof(Uint8Array).optional() };

const beforeSchema = z.union([
  z.strictObject({ headers }),
  z.strictObject({ answer: z.strictObject({ status, headers: headers.optional(), ...body }) }),
  z.strictObject({
    refuse: z.string().refine(isErrorName),
    detail: z.string().max(1_000),
    retryAfterMs: z.int().nonnegative().optional(),
  }),
]);
const afterSchema = z.strictObject({ status: status.optional(), headers: headers.optional(), ...body });

type Body = { readonly json?: unknown; readonly text?: string | undefined; readonly bytes?: Uint8Array | undefined };

/** What a hook decided, as the hub goes on with it. */
export type BeforeDecision =
  | { readonly kind: 'headers'; readonly headers: readonly Header[] }
  | { readonly kind: 'answer'; readonly answer: Omit<MessageInit, 'kind'> & { readonly status: number } }
  | { readonly kind: 'refuse'; readonly error: RequestError };

export type AnswerChange = Partial<Pick<Message, 'status' | 'headers' | 'encoding' | 'payload'>>;

function encoded({ json, text, bytes }: Body): Pick<Message, 'encoding' | 'payload'> | undefined {
  const given = [json, text, bytes].filter((part) => part !== undefined);
  if (given.length > 1) throw new TypeError('Cannot use the verdict: it has more than one of json, text and bytes');
  if (json !== undefined) return { encoding: Encoding.Json, payload: jsonPayload(json) };
  if (text !== undefined) return { encoding: Encoding.Text, payload: textPayload(text) };
  return bytes === undefined ? undefined : { encoding: Encoding.Bytes, payload: bytes };
}

/** @throws {TypeError} when a hook returned what is no verdict */
export function readBefore(verdict: unknown): BeforeDecision {
  const parsed = beforeSchema.safeParse(verdict);
  if (!parsed.success)
    throw new TypeError(
      'Cannot use the verdict of "before": it returns nothing, { headers }, { answer } or { refuse }',
    );
  const { data } = parsed;
  if ('headers' in data) return { kind: 'headers', headers: data.headers };
  if ('answer' in data) {
    const { answer } = data;
    const { encoding, payload } = encoded(answer) ?? { encoding: Encoding.Bytes, payload: EMPTY_BYTES };
    return { kind: 'answer', answer: { status: answer.status, headers: answer.headers ?? [], encoding, payload } };
  }
  const { refuse, detail, retryAfterMs } = data;
  const extra = retryAfterMs === undefined ? undefined : { retry_after_ms: retryAfterMs };
  return { kind: 'refuse', error: new RequestError(refuse, detail, { extra }) };
}

/** @throws {TypeError} when a hook returned what is no verdict */
export function readAfter(verdict: unknown): AnswerChange {
  const parsed = afterSchema.safeParse(verdict);
  if (!parsed.success)
    throw new TypeError(
      'Cannot use the verdict of "after": it returns nothing or { status, headers, json, text, bytes }',
    );
  const { status: changed, headers: list, ...rest } = parsed.data;
  return {
    ...(changed !== undefined && { status: changed }),
    ...(list !== undefined && { headers: list }),
    ...encoded(rest),
  };
}
