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

const oneHost = z.string().min(1).max(255);

export const hostSchema = z
  .union([oneHost, z.array(oneHost).min(1).max(16)])
  .default('127.0.0.1')
  .describe('Address to listen on, or a list of them; localhost = 127.0.0.1 and ::1, :: = every address');
