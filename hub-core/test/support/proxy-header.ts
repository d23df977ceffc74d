const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);

export interface ProxyHeaderInit {
  /** Version and command; default 2 and PROXY. */
  readonly command?: number;
  /** Default: TCP over IPv4. */
  readonly family?: number;
  /** Addresses and ports. */
  readonly body: Uint8Array;
  /** Told instead of the body's. */
  readonly length?: number;
}

/** A PROXY header, version 2, right or wrong. */
export function proxyHeader({
  command = 0x21,
  family = 0x11,
  body,
  length = body.byteLength,
}: ProxyHeaderInit): Buffer {
  const rest = Buffer.alloc(4);
  rest[0] = command;
  rest[1] = family;
  rest.writeUInt16BE(length, 2);
  return Buffer.concat([SIGNATURE, rest, body]);
}

/** One that tells of a connection over IPv4. */
export function proxied(address: string, port: number): Buffer {
  const body = Buffer.alloc(12);
  body.set(address.split('.').map(Number), 0);
  body.set([127, 0, 0, 1], 4);
  body.writeUInt16BE(port, 8);
  return proxyHeader({ body });
}
