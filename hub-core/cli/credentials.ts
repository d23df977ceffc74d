import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsOptions } from '../client/node/index.ts';
import { defaultDataDir } from '../host/data-dir.ts';
import { authorityFile } from '../host/certificate-paths.ts';
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
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientCertKey?: string;
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
  const tls = await tlsOf({ flags, env, ca: wanted.ca, own: isLoopbackUrl(url) ? authorityFile(dataDir) : undefined });
  if (wanted.key !== undefined || tls?.cert !== undefined) return { url, client: wanted.client, key: wanted.key, tls };
  const local = isLoopbackUrl(url) ? await ifOurs(readFile(join(dataDir, 'cli.key'), 'utf8')) : undefined;
  if (wanted.client !== undefined && wanted.client !== 'cli') {
    throw usageError(`Cannot connect as "${wanted.client}": its key is missing; give --key or WHUB_KEY`);
  }
  return { url, client: local === undefined ? undefined : 'cli', key: local?.trim(), tls };
}

interface TlsFiles {
  readonly flags: ConnectFlags;
  readonly env: Terminal['env'];
  readonly ca: string | undefined;
  /** Of the hub of this machine: trusted for that one alone, where it is there. */
  readonly own: string | undefined;
}

/** @throws {CommandError} when a file that is named cannot be read, or one of a pair is missing */
async function tlsOf({ flags, env, ca, own }: TlsFiles): Promise<TlsOptions | undefined> {
  const certFile = flags.clientCert ?? env['WHUB_CLIENT_CERT'];
  const keyFile = flags.clientCertKey ?? env['WHUB_CLIENT_CERT_KEY'];
  if ((certFile === undefined) !== (keyFile === undefined))
    throw usageError('Cannot show a client certificate: give both --client-cert and --client-cert-key');
  const [trusted, cert, key] = [await readNamed(ca), await readNamed(certFile), await readNamed(keyFile)];
  const authority = trusted ?? (own === undefined ? undefined : await ifOurs(readFile(own, 'utf8')));
  if (authority === undefined && cert === undefined) return undefined;
  return { ca: authority, cert, key };
}

async function readNamed(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usageError(`Cannot read "${path}": ${reason}`);
  }
}
