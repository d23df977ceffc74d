import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultDataDir } from '../host/data-dir.ts';
import { readHubFile } from '../host/hub-file.ts';
import { contextFile, ContextStore, type Context } from './contexts.ts';
import { usageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** The flags of every command that connects. */
export interface ConnectFlags {
  readonly url?: string;
  readonly client?: string;
  readonly key?: string;
  readonly data?: string;
}

/** Where to connect, and as whom. */
export interface Target {
  readonly url: string;
  readonly client: string | undefined;
  readonly key: string | undefined;
}

const DEFAULT_URL = 'ws://127.0.0.1:7410/';

/** What lies in the data folder; undefined when no hub was ever started there, or when it is another user's. */
async function ifOurs<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** True for addresses that stay on this machine. */
export function isLoopbackUrl(url: string): boolean {
  const hostname = URL.parse(url)?.hostname ?? '';
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** A {@link Target} as far as it was said. */
interface Wanted {
  readonly url?: string | undefined;
  readonly client?: string | undefined;
  readonly key?: string | undefined;
}

/** Flags win over the environment, and that over the saved context; a context is taken as a whole or not at all. */
function merge(flags: ConnectFlags, env: Terminal['env'], context: Context | undefined): Wanted {
  const url = flags.url ?? env['WHUB_URL'];
  const client = flags.client ?? env['WHUB_CLIENT'];
  const key = flags.key ?? env['WHUB_KEY'];
  const usesContext = url === undefined && context !== undefined;
  if (!usesContext) return { url, client, key };
  if (client === undefined && key === undefined) return context;
  return { url: context.url, client, key };
}

/**
 * Decides where a command connects and as whom: flags, then `WHUB_URL`, `WHUB_CLIENT` and `WHUB_KEY`, then the context in
 * use, then the hub that runs on the data folder with the `cli` credential that it made there.
 *
 * @throws {CommandError} when the flags contradict each other
 */
export async function resolveTarget(flags: ConnectFlags, terminal: Terminal): Promise<Target> {
  const { env } = terminal;
  // A data folder that is named is meant: its hub, not the one of the context.
  const context = flags.data === undefined ? await new ContextStore(contextFile(env)).current() : undefined;
  const wanted = merge(flags, env, context);
  const dataDir = flags.data ?? defaultDataDir(env);
  const url = wanted.url ?? (await ifOurs(readHubFile(dataDir)))?.url ?? DEFAULT_URL;
  if (wanted.key !== undefined) return { url, client: wanted.client, key: wanted.key };
  const local = isLoopbackUrl(url) ? await ifOurs(readFile(join(dataDir, 'cli.key'), 'utf8')) : undefined;
  if (wanted.client !== undefined && wanted.client !== 'cli') {
    throw usageError(`Cannot connect as "${wanted.client}": its key is missing; give --key or WHUB_KEY`);
  }
  return { url, client: local === undefined ? undefined : 'cli', key: local?.trim() };
}
