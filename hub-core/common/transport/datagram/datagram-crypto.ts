/** Authenticates one datagram under a key of its own: HMAC-SHA-256 of `head` and then `body`, 32 bytes. */
export type Mac = (head: Uint8Array, body: Uint8Array) => Uint8Array;

/** What the datagram wire needs of a platform's cryptography; synchronous, since it is asked for each datagram. */
export interface DatagramCrypto {
  /** SHA-256, 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** Prepares a key, which is used many times. */
  mac(key: Uint8Array): Mac;
}
