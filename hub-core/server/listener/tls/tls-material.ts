import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from './tls-config.ts';

/** What a certificate's files hold, checked. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
  /** Wall ms at which the hub's certificate ends. */
  readonly expiresAtMs: number;
}

/** A certificate, a key or an authority that cannot be used; the text says which file and why. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

const READ_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = READ_FAULTS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
    throw new TlsFileError(`Cannot read "${path}": ${reason}`, { cause: error });
  }
}

function parseCertificate(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new TlsFileError(`Cannot use "${path}": it holds no certificate in PEM`, { cause: error });
  }
}

function parseKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const reason =
      codeOf(error) === 'ERR_MISSING_PASSPHRASE'
        ? 'its key is encrypted; write it without a passphrase'
        : 'it holds no private key in PEM';
    throw new TlsFileError(`Cannot use "${path}": ${reason}`, { cause: error });
  }
}

/** OpenSSL has opinions of its own, on the length of keys for example. */
function assertUsable(files: { cert: Buffer; key: Buffer; ca: Buffer | undefined }, path: string): void {
  try {
    createSecureContext(files);
  } catch (error) {
    throw new TlsFileError(`Cannot use "${path}": ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Reads the files and checks that they belong together. Not whether the certificate is valid now: a hub whose certificate
 * expired over night is to start all the same.
 *
 * @throws {TlsFileError}
 */
export async function readTlsMaterial({ certFile, keyFile, caFile }: TlsConfig): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    read(certFile),
    read(keyFile),
    caFile === '' ? Promise.resolve(undefined) : read(caFile),
  ]);
  const certificate = parseCertificate(cert, certFile);
  if (!certificate.checkPrivateKey(parseKey(key, keyFile)))
    throw new TlsFileError(`Cannot use "${keyFile}": it is the key of another certificate than "${certFile}"`);
  if (ca !== undefined) parseCertificate(ca, caFile);
  assertUsable({ cert, key, ca }, certFile);
  return { cert, key, ca, expiresAtMs: certificate.validToDate.getTime() };
}
