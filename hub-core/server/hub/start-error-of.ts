import { MiddlewareError } from '../modules/middleware-manager/index.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { HubConfig } from './config.ts';
import { HubStartError } from './hub-start-error.ts';

type BindTarget = Pick<HubConfig, 'host' | 'port'>;

const BIND_HINTS: Readonly<Record<string, (target: BindTarget) => string>> = {
  EADDRINUSE: ({ port }) => `port ${String(port)} is taken; choose another with --port, or 0 for any free one`,
  EACCES: ({ port }) => `port ${String(port)} needs more rights; choose one from 1024 up with --port`,
  EADDRNOTAVAIL: () => 'this machine has no such address; choose another with --host',
  ENOTFOUND: () => 'no address is known by that name; choose another with --host',
  EAI_AGAIN: () => 'its address cannot be looked up now; choose another with --host',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Says in one line why a start failed, when that is something that the person who started the hub can mend.
 *
 * @returns `error` itself when it is not
 */
export function startErrorOf(error: unknown, target: BindTarget): unknown {
  const cause = error instanceof AggregateError ? error.cause : error;
  if (cause instanceof StorageError || cause instanceof MiddlewareError)
    return new HubStartError(cause.message, { cause: error });
  const hint = BIND_HINTS[codeOf(cause)];
  if (hint === undefined) return error;
  return new HubStartError(`Cannot listen on "${target.host}": ${hint(target)}`, { cause: error });
}
