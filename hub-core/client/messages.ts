import type { Event } from '../common/base/emitter.ts';
import { globMatches } from '../common/base/service-glob.ts';
import type { Notice } from './notice.ts';
import type { Reply } from './reply.ts';

const MESSAGES = '/message/';

export interface SendMessageOptions {
  /** How long the hub's answer is waited for, ms. Default `defaultTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BroadcastOptions extends SendMessageOptions {
  /** Only to connections that provide this service. */
  readonly service?: string | undefined;
}

/** The part of a client that messages are sent with. */
export interface Asker {
  request(
    init: SendMessageOptions & { readonly uri: string; readonly method: 'POST'; readonly json: unknown },
  ): Promise<Reply>;
}

/** Asks the built-in service `message` to deliver. @returns how many connections it was written to */
export async function deliver(
  asker: Asker,
  [action, letter]: readonly [action: 'send' | 'broadcast', letter: Readonly<Record<string, unknown>>],
  { timeoutMs, signal }: SendMessageOptions,
): Promise<number> {
  const uri = `${MESSAGES}${action}`;
  const answer = (await asker.request({ uri, method: 'POST', json: letter, timeoutMs, signal })).orThrow().json();
  const delivered: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'delivered') : undefined;
  if (typeof delivered === 'number') return delivered;
  throw new TypeError(`Cannot tell whom "${uri}" reached: the hub's answer has no number "delivered"`);
}

/** Calls `listener` with the messages whose topic fits. */
export function subscribeMessages(
  notices: Event<Notice>,
  topic: string,
  listener: (message: Notice) => void,
): Disposable {
  const glob = MESSAGES + topic;
  return notices.subscribe((notice) => {
    if (globMatches(glob, notice.topic)) listener(notice);
  });
}
