import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isClientId } from '../../common/base/ids.ts';
import { canonicalAddress } from '../../server/address.ts';
import { AUTHORITY, certificateFolder, filesOf, type CertificateFiles } from '../certificate-paths.ts';
import { issueCertificate, type IssuedCertificate } from './issue-certificate.ts';

const AUTHORITY_DAYS = 3_650;
/** The most that every browser takes of a certificate that was put into its store by hand. */
const DAYS = 397;
const SERVER = 'server';
const CLIENT_PREFIX = 'client-';
const ALWAYS_NAMED = ['localhost', '127.0.0.1', '::1'];

/** What is known of a certificate without its key. */
export interface CertificateFacts extends CertificateFiles {
  readonly use: 'authority' | 'server' | 'client';
  /** Host names, addresses and URIs that it is for; the authority's own name. */
  readonly names: readonly string[];
  /** Wall ms. */
  readonly expiresAtMs: number;
}

/** The folder cannot be used as it is, or holds already what was to be made. */
export class CertificateFolderError extends Error {
  override readonly name = 'CertificateFolderError';
}

export interface CertificateOrder {
  readonly dataDir: string;
  readonly nowMs: number;
  /** Replaces what is there; the authority stays. */
  readonly force: boolean;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written beside and renamed, so that a hub never reads half a file. */
async function write(path: string, text: string): Promise<void> {
  const draft = `${path}.${String(process.pid)}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}

async function store(dataDir: string, name: string, { cert, key }: IssuedCertificate): Promise<CertificateFiles> {
  const files = filesOf(dataDir, name);
  await write(files.keyFile, key);
  await write(files.certFile, cert);
  return files;
}

async function openFolder(dataDir: string): Promise<void> {
  const folder = certificateFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') await chmod(folder, 0o700);
}

/** The authority of the folder; made when there is none. */
async function authorityOf({ dataDir, nowMs }: CertificateOrder): Promise<IssuedCertificate> {
  const { certFile, keyFile } = filesOf(dataDir, AUTHORITY);
  const [cert, key] = [await readIfThere(certFile), await readIfThere(keyFile)];
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) {
    const missing = cert === undefined ? certFile : keyFile;
    throw new CertificateFolderError(
      `Cannot use the authority in "${certificateFolder(dataDir)}": "${missing}" is missing; put it back, or remove both files`,
    );
  }
  const made = await issueCertificate({
    use: 'authority',
    subject: `WHub development authority of ${hostname()}`,
    names: [],
    nowMs,
    days: AUTHORITY_DAYS,
  });
  await store(dataDir, AUTHORITY, made);
  return made;
}

async function make(
  order: CertificateOrder,
  { name, use, subject, names }: { name: string; use: 'server' | 'client'; subject: string; names: readonly string[] },
): Promise<CertificateFacts> {
  const { dataDir, nowMs, force } = order;
  await openFolder(dataDir);
  const { certFile, keyFile } = filesOf(dataDir, name);
  for (const path of [certFile, keyFile]) {
    if (force || (await readIfThere(path)) === undefined) continue;
    throw new CertificateFolderError(`Cannot make "${path}": it is there already; --force replaces it`);
  }
  const issuer = await authorityOf(order);
  const files = await store(dataDir, name, await issueCertificate({ use, subject, names, nowMs, days: DAYS, issuer }));
  return factsOf(await readFile(files.certFile, 'utf8'), { ...files, use });
}

/**
 * Makes a hub's certificate for this machine, and the authority that signs it where there is none yet.
 *
 * @param names further host names and addresses
 * @throws {CertificateFolderError} when there is one and it is not to be replaced
 */
export function makeServerCertificate(order: CertificateOrder, names: readonly string[]): Promise<CertificateFacts> {
  const all = [...new Set([...ALWAYS_NAMED, hostname().toLowerCase(), ...names])];
  return make(order, { name: SERVER, use: 'server', subject: all.at(names.length > 0 ? -1 : 0) ?? '', names: all });
}

/**
 * Makes a certificate by which a client is known without a key, see `tls.clientCertificates`.
 *
 * @throws {CertificateFolderError} when there is one and it is not to be replaced, or the id is none
 */
export async function makeClientCertificate(order: CertificateOrder, client: string): Promise<CertificateFacts> {
  if (!isClientId(client))
    throw new CertificateFolderError(`Cannot make a certificate for "${client}": it is no client id`);
  return make(order, {
    name: `${CLIENT_PREFIX}${client}`,
    use: 'client',
    subject: client,
    names: [`whub:client/${client}`],
  });
}

function factsOf(
  cert: string,
  { certFile, keyFile, use }: CertificateFiles & Pick<CertificateFacts, 'use'>,
): CertificateFacts {
  const { subject, subjectAltName = '', validToDate } = new X509Certificate(cert);
  const names = subjectAltName.split(', ').map((entry) => {
    const name = entry.replace(/^(DNS|IP Address|URI):/, '');
    return canonicalAddress(name) ?? name;
  });
  return {
    use,
    certFile,
    keyFile,
    names: subjectAltName === '' ? [subject.replace(/^CN=/, '')] : names,
    expiresAtMs: validToDate.getTime(),
  };
}

/** What lies in the folder: the authority first, then the hub's, then clients' by name. */
export async function listCertificates(dataDir: string): Promise<readonly CertificateFacts[]> {
  const names = await namesIn(certificateFolder(dataDir));
  const found: CertificateFacts[] = [];
  for (const [name, use] of [[AUTHORITY, 'authority'], [SERVER, 'server'], ...clientsAmong(names)] as const) {
    const files = filesOf(dataDir, name);
    const cert = await readIfThere(files.certFile);
    if (cert !== undefined) found.push(factsOf(cert, { ...files, use }));
  }
  return found;
}

function clientsAmong(names: readonly string[]): readonly (readonly [string, 'client'])[] {
  return names
    .filter((name) => name.startsWith(CLIENT_PREFIX) && name.endsWith('.crt'))
    .toSorted()
    .map((name) => [name.slice(0, -'.crt'.length), 'client']);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
