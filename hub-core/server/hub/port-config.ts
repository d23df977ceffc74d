import { z } from 'zod';
import { parseAddressRange } from '../address.ts';

/** What the hub listens on and speaks there. */

export const transportsSchema = z.strictObject({
  http: z
    .boolean()
    .default(true)
    .describe('HTTP requests: services by path, /rpc, the console in browsers, probes, offers of WebRTC'),
  webSocket: z.boolean().default(true).describe('WebSockets at /'),
  tcp: z.boolean().default(true).describe('WProtocol over TCP, and within TLS'),
  udp: z.boolean().default(true).describe('WProtocol over UDP, at the same port number'),
  webRtc: z.boolean().default(true).describe('WProtocol over WebRTC data channels'),
  tls: z.boolean().default(true).describe('TLS before any of those that run over TCP, where there is a certificate'),
});

const addressRangeSchema = z
  .string()
  .refine((text) => parseAddressRange(text) !== undefined, 'must be an address or a range like 10.0.0.0/8');

export const proxyProtocolSchema = z.strictObject({
  mode: z
    .enum(['off', 'optional', 'required'])
    .default('off')
    .describe(
      'Whether connections of trusted proxies may, or all connections must, begin with a PROXY header (version 2)',
    ),
  trusted: z
    .array(addressRangeSchema)
    .max(64)
    .default(['127.0.0.0/8', '::1'])
    .describe('Addresses of proxies whose word about the address of the other side is taken'),
});

const path = (): z.ZodDefault<z.ZodString> => z.string().max(4_096).default('');

export const tlsSchema = z
  .strictObject({
    certFile: path().describe('PEM file of the certificate, and of those between it and its authority; empty = no TLS'),
    keyFile: path().describe('PEM file of its private key, without a passphrase; empty = no TLS'),
    caFile: path().describe('PEM file of the authorities whose client certificates count; empty = none'),
    clientCertificates: z
      .enum(['off', 'optional', 'required'])
      .default('off')
      .describe('Whether clients may, or must, show a certificate; it counts where no key or token is given'),
    plain: z
      .enum(['allow', 'loopback', 'refuse'])
      .default('loopback')
      .describe('Who may connect without TLS where there is a certificate: anybody, this machine, nobody'),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('Oldest version of TLS that is spoken'),
  })
  .superRefine(({ certFile, keyFile, caFile, clientCertificates, plain }, context) => {
    const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (certFile !== '' && keyFile === '') refuse('keyFile', 'must name the key of certFile');
    if (certFile === '' && keyFile !== '') refuse('certFile', 'must name the certificate of keyFile');
    if (clientCertificates !== 'off' && caFile === '')
      refuse('caFile', 'must name the authorities of client certificates');
    if (certFile === '' && (plain === 'refuse' || clientCertificates !== 'off'))
      refuse('certFile', 'must name a certificate, or TLS cannot be asked for');
  });

const oneHost = z.string().min(1).max(255);

export const hostSchema = z
  .union([oneHost, z.array(oneHost).min(1).max(16)])
  .default('127.0.0.1')
  .describe('Address to listen on, or a list of them; localhost = 127.0.0.1 and ::1, :: = every address');
