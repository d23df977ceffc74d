import { BindError, TlsFileError } from '../listener/index.ts';
import { UdpBindError } from '../listener/udp/index.ts';
import { MiddlewareError } from '../modules/middleware-manager/index.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { HubConfig } from './config.ts';
import { HubStartError } from './hub-start-error.ts';

type Target = Pick<HubConfig, 'port'>;

const BIND_HINTS: Readonly<Record<string, (target: Target) => string>> = {
  EADDRINUSE: ({ port }) => `port ${String(port)} is taken; choose another with --port, or 0 for any free one`,
  EACCES: ({ port }) => `port ${String(port)} needs more rights; choose one from 1024 up with --port`,
  EADDRNOTAVAIL: () => 'this machine has no such address; choose another with --host',
  ENOTFOUND: () => 'no address is known by that name; choose another with --host',
  EAI_AGAIN: () => 'its address cannot be looked up now; choose another with --host',
};

/**
 * Says in one line why a start failed, when that is something that the person who started the hub can mend.
 *
 * @returns `error` itself when it is not
 */
export function startErrorOf(error: unknown, target: Target): unknown {
  const cause = error instanceof AggregateError ? error.cause : error;
  if (cause instanceof StorageError || cause instanceof MiddlewareError)
    return new HubStartError(cause.message, { cause: error });
  if (cause instanceof TlsFileError || cause instanceof UdpBindError)
    return new HubStartError(cause.message, { cause: error });
  const hint = cause instanceof BindError ? BIND_HINTS[cause.code] : undefined;
  if (!(cause instanceof BindError) || hint === undefined) return error;
  return new HubStartError(`Cannot listen on "${cause.host}": ${hint(target)}`, { cause: error });
}
