import type { ConnectionOptions } from 'node:tls';
import type { Pem, TlsOptions } from '../tls-options.ts';

const asBuffer = (pem: Pem): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem));

/** The client's TLS options as Node names them; nothing that was not given. */
export function nodeTlsOptions(tls: TlsOptions | undefined): ConnectionOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName, rejectUnauthorized } = tls;
  const authorities = ca === undefined ? undefined : typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca;
  return {
    ...(authorities !== undefined && { ca: authorities.map(asBuffer) }),
    ...(cert !== undefined && { cert: asBuffer(cert) }),
    ...(key !== undefined && { key: asBuffer(key) }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}
