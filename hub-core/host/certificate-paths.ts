import { join } from 'node:path';

export const AUTHORITY = 'ca';

/** A certificate on disk, and its key beside it. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Where `whub cert` keeps what it makes. */
export function certificateFolder(dataDir: string): string {
  return join(dataDir, 'tls');
}

export function filesOf(dataDir: string, name: string): CertificateFiles {
  const path = join(certificateFolder(dataDir), name);
  return { certFile: `${path}.crt`, keyFile: `${path}.key` };
}

/** The authority's certificate of a data folder: what programs and browsers are told to trust. */
export function authorityFile(dataDir: string): string {
  return filesOf(dataDir, AUTHORITY).certFile;
}
