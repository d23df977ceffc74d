import { readFile } from 'node:fs/promises';
import type { TlsOptions } from '../client/node/index.ts';
import { usageError } from './exit.ts';
import { ifOurs } from './if-ours.ts';
import type { Terminal } from './terminal.ts';

/** PEM files: whom to trust, and who one is. */
export interface TlsFlags {
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientCertKey?: string;
}

interface TlsFiles {
  readonly flags: TlsFlags;
  readonly env: Terminal['env'];
  readonly ca: string | undefined;
  /** Of the hub of this machine: trusted for that one alone, where it is there. */
  readonly own: string | undefined;
}

/** @throws {CommandError} when a file that is named cannot be read, or one of a pair is missing */
export async function readTlsFiles({ flags, env, ca, own }: TlsFiles): Promise<TlsOptions | undefined> {
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
