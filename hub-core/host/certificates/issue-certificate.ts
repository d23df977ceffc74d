import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
  GeneralNames,
} from 'pkijs';

/** A certificate and its private key, both as PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What it is for: to sign others, to be a hub, to be a client. */
export type CertificateUse = 'authority' | 'server' | 'client';

export interface CertificateRequest {
  readonly use: CertificateUse;
  /** Common name. */
  readonly subject: string;
  /** Host names, IP addresses, and URIs, that it is for. */
  readonly names: readonly string[];
  /** Wall ms. */
  readonly nowMs: number;
  readonly days: number;
  /** Who signs it; absent: it signs itself. */
  readonly issuer?: IssuedCertificate | undefined;
}

const DAY_MS = 86_400_000;
/** Clocks differ: a certificate that begins now would be refused by some. */
const BACKDATED_MS = 3_600_000;
const SERIAL_BYTES = 16;
/** 128 bits of security, and small certificates: what browsers and OpenSSL choose first. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

/** RFC 5280, section 4.2 and appendix A. */
const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** Bits of KeyUsage from the left (RFC 5280, section 4.2.1.3), and how many of the last byte are not used. */
const KEY_USAGE = {
  authority: { bits: 0b0000_0110, unused: 1 }, // keyCertSign, cRLSign
  server: { bits: 0b1000_0000, unused: 7 }, // digitalSignature
  client: { bits: 0b1000_0000, unused: 7 },
} as const;

/** Kinds of GeneralName (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 2;
const URI_NAME = 6;
const IP_NAME = 7;

function generalName(name: string): GeneralName {
  if (isIP(name) !== 0) {
    const octets = Uint8Array.from(ipaddr.parse(name).toByteArray());
    return new GeneralName({ type: IP_NAME, value: new OctetString({ valueHex: octets.buffer }) });
  }
  return new GeneralName({ type: name.includes('://') || name.startsWith('whub:') ? URI_NAME : DNS_NAME, value: name });
}

function extension(extnID: string, value: { toBER(): ArrayBuffer }, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

/** RFC 7093, section 2: a hash of the key, cut to the length that is used for it. */
async function keyIdentifier(publicKey: webcrypto.CryptoKey): Promise<ArrayBuffer> {
  const spki = await webcrypto.subtle.exportKey('spki', publicKey);
  return (await webcrypto.subtle.digest('SHA-256', spki)).slice(0, 20);
}

interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly identifier: ArrayBuffer;
  readonly name: string;
}

async function signingKeyOf({ cert, key }: IssuedCertificate): Promise<SigningKey> {
  const pkcs8 = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(cert).export({ format: 'der', type: 'spki' });
  const name = /^CN=(.*)$/m.exec(new X509Certificate(cert).subject)?.[1] ?? '';
  return {
    key: await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']),
    identifier: await keyIdentifier(await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify'])),
    name,
  };
}

function extensionsOf({ use, names }: CertificateRequest, own: ArrayBuffer, issuer: ArrayBuffer): Extension[] {
  const isAuthority = use === 'authority';
  const { bits, unused } = KEY_USAGE[use];
  const usage = new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: unused });
  const constraints = new BasicConstraints(isAuthority ? { cA: true, pathLenConstraint: 0 } : { cA: false });
  const authority = new AuthorityKeyIdentifier({ keyIdentifier: new OctetString({ valueHex: issuer }) });
  const found = [
    extension(OID.basicConstraints, constraints.toSchema(), true),
    extension(OID.keyUsage, usage, true),
    extension(OID.subjectKeyIdentifier, new OctetString({ valueHex: own })),
    extension(OID.authorityKeyIdentifier, authority.toSchema()),
  ];
  if (names.length > 0) {
    const all = new GeneralNames({ names: names.map(generalName) });
    found.push(extension(OID.subjectAltName, all.toSchema()));
  }
  if (!isAuthority) {
    const purposes = new ExtKeyUsage({ keyPurposes: [use === 'server' ? OID.serverAuth : OID.clientAuth] });
    found.push(extension(OID.extendedKeyUsage, purposes.toSchema()));
  }
  return found;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const commonName = (value: string): AttributeTypeAndValue =>
  new AttributeTypeAndValue({ type: OID.commonName, value: new Utf8String({ value }) });

/** Makes a key pair and a certificate for it (X.509 version 3, RFC 5280). */
export async function issueCertificate(request: CertificateRequest): Promise<IssuedCertificate> {
  const { subject, nowMs, days, issuer } = request;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const identifier = await keyIdentifier(keys.publicKey);
  const signer: SigningKey =
    issuer === undefined ? { key: keys.privateKey, identifier, name: subject } : await signingKeyOf(issuer);
  const certificate = new Certificate();
  const serial = randomBytes(SERIAL_BYTES);
  // A positive number of that many bytes (RFC 5280, section 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  certificate.version = 2;
  certificate.serialNumber = new Integer({ valueHex: new Uint8Array(serial).buffer });
  certificate.issuer.typesAndValues.push(commonName(signer.name));
  certificate.subject.typesAndValues.push(commonName(subject));
  certificate.notBefore.value = new Date(nowMs - BACKDATED_MS);
  certificate.notAfter.value = new Date(nowMs + days * DAY_MS);
  certificate.extensions = extensionsOf(request, identifier, signer.identifier);
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(signer.key, 'SHA-256');
  return {
    cert: pem('CERTIFICATE', certificate.toSchema(true).toBER()),
    key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}
