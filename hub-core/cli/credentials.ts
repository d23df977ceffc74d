import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsOptions } from '../client/node/index.ts';
import { defaultDataDir } from '../host/data-dir.ts';
import { authorityFile } from '../host/certificate-paths.ts';
import { readHubFile } from '../host/hub-file.ts';
import { contextFile, ContextStore, type Context } from './contexts.ts';
import { usageError } from './exit.ts';
import { ifOurs } from './if-ours.ts';
import type { Terminal } from './terminal.ts';
import { readTlsFiles, type TlsFlags } from './tls-files.ts';

/** The flags of every command that connects. */
export interface ConnectFlags extends TlsFlags {
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
  /** Absent: as the platform does it. */
  readonly tls?: TlsOptions | undefined;
}

const DEFAULT_URL = 'ws://127.0.0.1:7410/';

/** True for addresses that stay on this machine. */
export function isLoopbackUrl(url: string): boolean {
  const hostname = URL.parse(url)?.hostname ?? '';
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** A {@link Target} as far as it was said; `ca` is a file. */
interface Wanted {
  readonly url?: string | undefined;
  readonly client?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
}

/** Flags win over the environment, and that over the saved context; a context is taken as a whole or not at all. */
function merge(flags: ConnectFlags, env: Terminal['env'], context: Context | undefined): Wanted {
  const url = flags.url ?? env['WHUB_URL'];
  const client = flags.client ?? env['WHUB_CLIENT'];
  const key = flags.key ?? env['WHUB_KEY'];
  const ca = flags.ca ?? env['WHUB_CA'];
  const usesContext = url === undefined && context !== undefined;
  if (!usesContext) return { url, client, key, ca };
  if (client === undefined && key === undefined) return { ...context, ca: ca ?? context.ca };
  return { url: context.url, client, key, ca: ca ?? context.ca };
}

/** A data folder that is named is meant: its hub, not the one of the context. */
async function contextOf({ data }: ConnectFlags, env: Terminal['env']): Promise<Context | undefined> {
  return data === undefined ? await new ContextStore(contextFile(env)).current() : undefined;
}

/** @param dataDir undefined for a hub elsewhere, which knows nothing of this folder's credential */
async function localIdentity(
  client: string | undefined,
  dataDir: string | undefined,
): Promise<Pick<Target, 'client' | 'key'>> {
  const local = dataDir === undefined ? undefined : await ifOurs(readFile(join(dataDir, 'cli.key'), 'utf8'));
  if (client !== undefined && client !== 'cli') {
    throw usageError(`Cannot connect as "${client}": its key is missing; give --key or WHUB_KEY`);
  }
  return { client: local === undefined ? undefined : 'cli', key: local?.trim() };
}

/**
 * Decides where a command connects and as whom: flags, then `WHUB_URL`, `WHUB_CLIENT` and `WHUB_KEY`, then the context in
 * use, then the hub that runs on the data folder with the `cli` credential that it made there.
 *
 * @throws {CommandError} when the flags contradict each other
 */
export async function resolveTarget(flags: ConnectFlags, terminal: Terminal): Promise<Target> {
  const { env } = terminal;
  const wanted = merge(flags, env, await contextOf(flags, env));
  const dataDir = flags.data ?? defaultDataDir(env);
  const url = wanted.url ?? (await ifOurs(readHubFile(dataDir)))?.url ?? DEFAULT_URL;
  const isLocal = isLoopbackUrl(url);
  const tls = await readTlsFiles({ flags, env, ca: wanted.ca, own: isLocal ? authorityFile(dataDir) : undefined });
  if (wanted.key !== undefined || tls?.cert !== undefined) return { url, client: wanted.client, key: wanted.key, tls };
  return { url, ...(await localIdentity(wanted.client, isLocal ? dataDir : undefined)), tls };
}
