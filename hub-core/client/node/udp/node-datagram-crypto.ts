import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { DatagramCrypto } from '../../../common/transport/datagram/datagram-crypto.ts';

/** The datagram wire's cryptography by Node's own. */
export const nodeDatagramCrypto: DatagramCrypto = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  mac(key) {
    const secret = createSecretKey(key);
    return (head, body) => createHmac('sha256', secret).update(head).update(body).digest();
  },
};
