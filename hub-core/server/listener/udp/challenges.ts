import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/base/clock.ts';
import { equalBytes } from '../../../common/transport/datagram/datagram.ts';
import type { DatagramCrypto, Mac } from '../../../common/transport/datagram/datagram-crypto.ts';

/** Time for which a challenge can be answered, ms. */
export const CHALLENGE_MS = 10_000;
/** Monotonic time is written in these, ms: four bytes of them last for 13 years. */
const TICK_MS = 100;
const SEAL_AT = 8;
const SEAL_BYTES = 16;
const CHALLENGE_BYTES = SEAL_AT + SEAL_BYTES;

/** Where a datagram came from. */
export interface DatagramSource {
  readonly address: string;
  readonly port: number;
  /** The socket that it came in by, over which it is answered. */
  readonly socket: number;
}

/** What a challenge that holds says. */
export interface AnsweredChallenge {
  /** No other challenge of this hub has it, as long as it holds. */
  readonly serial: number;
  /** Monotonic ms. */
  readonly expiresAtMs: number;
}

/**
 * Makes challenges and knows its own again without remembering them: each says when it was made and is sealed together with
 * whom it is for. Sealed under a secret that ends with this object.
 *
 * @see RFC 6347 (DTLS), section 4.2.1: the stateless cookie
 */
export class Challenges {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #startedMs: number;
  readonly #seal: Mac;
  #serial = 0;

  constructor(clock: Pick<Clock, 'nowMs'>, crypto: DatagramCrypto) {
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#seal = crypto.mac(randomBytes(32));
  }

  /** @returns 24 bytes */
  make(nonce: Uint8Array, source: DatagramSource): Uint8Array {
    const challenge = Buffer.alloc(CHALLENGE_BYTES);
    this.#serial = (this.#serial + 1) >>> 0;
    challenge.writeUInt32LE(this.#serial);
    challenge.writeUInt32LE(this.#tick(), 4);
    challenge.set(this.#sealOf(challenge, nonce, source), SEAL_AT);
    return challenge;
  }

  /** @returns undefined when it was not made here for that nonce and source, or is past its time */
  check(challenge: Uint8Array, nonce: Uint8Array, source: DatagramSource): AnsweredChallenge | undefined {
    if (challenge.byteLength !== CHALLENGE_BYTES) return undefined;
    const bytes = Buffer.from(challenge);
    if (!equalBytes(bytes.subarray(SEAL_AT), this.#sealOf(bytes, nonce, source))) return undefined;
    const madeMs = this.#startedMs + bytes.readUInt32LE(4) * TICK_MS;
    const expiresAtMs = madeMs + CHALLENGE_MS + TICK_MS;
    return expiresAtMs > this.#clock.nowMs() ? { serial: bytes.readUInt32LE(0), expiresAtMs } : undefined;
  }

  #tick(): number {
    return Math.floor((this.#clock.nowMs() - this.#startedMs) / TICK_MS) >>> 0;
  }

  #sealOf(challenge: Uint8Array, nonce: Uint8Array, { address, port, socket }: DatagramSource): Uint8Array {
    const bound = Buffer.concat([nonce, Buffer.from(`${address} ${String(port)} ${String(socket)}`)]);
    return this.#seal(challenge.subarray(0, SEAL_AT), bound).subarray(0, SEAL_BYTES);
  }
}
