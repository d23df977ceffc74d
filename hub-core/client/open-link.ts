import type { MessageDispatcher } from '../common/dispatch/message-dispatcher.ts';
import { createBinaryCodec } from '../common/protocol/binary-codec.ts';
import { createJsonCodec } from '../common/protocol/json-codec.ts';
import { ClientError, ConnectError } from './errors.ts';
import { Link } from './link.ts';
import type { ClientConfig } from './options.ts';

/**
 * Dials and says Hello, within `connectTimeoutMs`.
 *
 * @throws {RefusedError | ConnectError} when no session comes of it
 * @throws the signal's reason when it aborts first
 */
export async function openLink(
  config: ClientConfig,
  dispatcher: MessageDispatcher<Link>,
  signal: AbortSignal,
): Promise<Link> {
  const { clock, url } = config;
  const timeout = new AbortController();
  const timer = clock.after(config.connectTimeoutMs, () => {
    timeout.abort(
      new ConnectError(`Cannot connect to "${url}": no session after ${String(config.connectTimeoutMs)} ms`),
    );
  });
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    return await dialAndGreet(config, dispatcher, either);
  } catch (error) {
    either.throwIfAborted();
    if (error instanceof ClientError) throw error;
    throw new ConnectError(`Cannot connect to "${url}": ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    timer[Symbol.dispose]();
  }
}

async function dialAndGreet(
  config: ClientConfig,
  dispatcher: MessageDispatcher<Link>,
  signal: AbortSignal,
): Promise<Link> {
  const { clock, random, subprotocol, tls, url } = config;
  const createCodec = subprotocol === 'whub.v1.json' ? createJsonCodec : createBinaryCodec;
  const frameType = subprotocol === 'whub.v1.json' ? 'text' : 'binary';
  const token = await tokenOf(config, signal);
  const transport = await config.dial({ url, subprotocol, frameType, clock, random, tls, signal });
  const link = new Link({ transport, createCodec, clock, dispatcher });
  const cut = (): void => link.terminate('the attempt was given up');
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) cut();
    await link.greet({ client: config.client, key: config.key, token, agent: config.agent });
    return link;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** Asks for the token anew, for no longer than the attempt lasts. */
async function tokenOf({ token }: ClientConfig, signal: AbortSignal): Promise<string | undefined> {
  if (typeof token !== 'function') return token;
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([token(), given.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
