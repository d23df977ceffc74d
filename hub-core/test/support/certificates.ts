/** Certificates for tests, made once: an authority, and what it issues. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  issueCertificate,
  type CertificateRequest,
  type IssuedCertificate,
} from '../../host/certificates/issue-certificate.ts';
import type { HubConfigInput } from '../../server/hub/config.ts';

const SERVER_NAMES = ['localhost', '127.0.0.1', '::1'];

export class TestAuthority {
  readonly authority: IssuedCertificate;

  private constructor(authority: IssuedCertificate) {
    this.authority = authority;
  }

  static async create(subject = 'Test authority'): Promise<TestAuthority> {
    const request = { use: 'authority', subject, names: [], nowMs: Date.now(), days: 30 } as const;
    return new TestAuthority(await issueCertificate(request));
  }

  /** Its certificate, PEM. */
  get ca(): string {
    return this.authority.cert;
  }

  issue(
    request: Partial<CertificateRequest> & Pick<CertificateRequest, 'use' | 'subject'>,
  ): Promise<IssuedCertificate> {
    return issueCertificate({ names: [], nowMs: Date.now(), days: 30, issuer: this.authority, ...request });
  }

  server(subject = 'hub', names: readonly string[] = SERVER_NAMES): Promise<IssuedCertificate> {
    return this.issue({ use: 'server', subject, names });
  }

  client(id: string): Promise<IssuedCertificate> {
    return this.issue({ use: 'client', subject: id, names: [`whub:client/${id}`] });
  }
}

/** Writes a certificate and its key, as a hub is given them. */
export function writeCertificate(
  folder: string,
  { cert, key }: IssuedCertificate,
  ca?: string,
): NonNullable<HubConfigInput['tls']> {
  const paths = { certFile: join(folder, 'hub.crt'), keyFile: join(folder, 'hub.key') };
  writeFileSync(paths.certFile, cert);
  writeFileSync(paths.keyFile, key);
  if (ca === undefined) return paths;
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, ca);
  return { ...paths, caFile };
}
