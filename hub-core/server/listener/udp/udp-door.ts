import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/base/clock.ts';
import { ProtocolError, RequestError, type HubError } from '../../../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../../../common/errors/wire.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Encoding, Kind } from '../../../common/protocol/message.ts';
import { frameOf, handshakeDatagram, isSigned } from '../../../common/transport/datagram/datagram.ts';
import type { DatagramCrypto } from '../../../common/transport/datagram/datagram-crypto.ts';
import {
  challengeMessage,
  MIN_FIRST_HELLO_BYTES,
  readHello,
  type DatagramHello,
} from '../../../common/transport/datagram/datagram-hello.ts';
import {
  anonymousSecret,
  isSecretOf,
  masked,
  sessionMacs,
  type HandshakeContext,
} from '../../../common/transport/datagram/datagram-keys.ts';
import type { Credential } from '../../access/authenticator.ts';
import type { Connection } from '../../access/connection.ts';
import type { Gate } from '../../access/gate.ts';
import type { KeyHashes } from '../../access/key-hashes.ts';
import { Challenges, type DatagramSource } from './challenges.ts';
import { UdpSession, type UdpSessionDeps } from './udp-session.ts';
import type { UdpSessions } from './udp-sessions.ts';

/** Times that the answer to one Hello is sent again. */
const MAX_RESENDS = 10;
/** Challenges that were answered and hold still; above it no other is taken. */
const MAX_ANSWERED = 20_000;

export interface UdpDoorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly codec: Codec;
  readonly crypto: DatagramCrypto;
  readonly keyHashes: KeyHashes;
  readonly gate: Pick<Gate, 'barOf' | 'admitConnection'>;
  readonly sessions: UdpSessions;
  readonly session: UdpSessionDeps;
  /** Makes a connection of a session, as if `credential` had come with its transport. */
  accept(session: UdpSession, credential: Credential | undefined): Pick<Connection, 'goodbye'>;
}

/** What became of a challenge that was answered. */
interface Answered {
  readonly expiresAtMs: number;
  /** Undefined while the credential is judged. */
  answer: Uint8Array | undefined;
  resends: number;
}

/** What a Hello proves. */
interface Proof {
  /** Undefined for a Hello without one. */
  readonly key: string | undefined;
  readonly secret: Uint8Array;
  /** The secret is that of the key, whatever the tag says. */
  readonly isRight: boolean;
}

/**
 * Where datagrams come in that belong to no session. Until a challenge is met, nothing is kept of whoever sends them, and
 * nobody is sent more than came from there; after that it is as with any other connection.
 */
export class UdpDoor {
  readonly #deps: UdpDoorDeps;
  readonly #challenges: Challenges;
  readonly #answered = new Map<number, Answered>();
  /** In the place of the hash of a key that there is not. */
  readonly #noHash = randomBytes(32);
  #open = true;

  constructor(deps: UdpDoorDeps) {
    this.#deps = deps;
    this.#challenges = new Challenges(deps.clock, deps.crypto);
  }

  /** Lets nobody in any more. */
  shut(): void {
    this.#open = false;
  }

  /** A datagram without a token. */
  receive(datagram: Uint8Array, source: DatagramSource): void {
    const { counters } = this.#deps.session;
    const hello = this.#read(datagram);
    if (hello === undefined) counters.drop('malformed');
    else if (hello.challenge !== undefined) this.#judge(datagram, { ...hello, challenge: hello.challenge }, source);
    else if (datagram.byteLength < MIN_FIRST_HELLO_BYTES) counters.drop('short');
    else if (!this.#open) counters.drop('draining');
    else if (this.#deps.gate.barOf(source.address) !== undefined) counters.drop('barred');
    else this.#challenge(hello.nonce, source);
  }

  /** Forgets challenges that are past their time. */
  sweep(nowMs: number): void {
    for (const [serial, { expiresAtMs }] of this.#answered) {
      if (expiresAtMs > nowMs) continue;
      this.#answered.delete(serial);
    }
  }

  #read(datagram: Uint8Array): DatagramHello | undefined {
    try {
      return readHello(this.#deps.codec.decode(frameOf(datagram)));
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  #challenge(nonce: Uint8Array, source: DatagramSource): void {
    const { codec, session } = this.#deps;
    session.counters.challenges += 1;
    const challenge = this.#challenges.make(nonce, source);
    session.transmit(handshakeDatagram(codec.encode(challengeMessage(challenge)), nonce), source);
  }

  #judge(datagram: Uint8Array, hello: DatagramHello & HandshakeContext, source: DatagramSource): void {
    const { counters } = this.#deps.session;
    const known = this.#challenges.check(hello.challenge, hello.nonce, source);
    const answered = known === undefined ? undefined : this.#answered.get(known.serial);
    if (known === undefined) counters.drop('challenge');
    else if (answered !== undefined) this.#resend(answered, source);
    else if (this.#answered.size >= MAX_ANSWERED) counters.drop('full');
    else this.#openSession(datagram, hello, { source, ...known });
  }

  #resend(answered: Answered, source: DatagramSource): void {
    const { transmit, counters } = this.#deps.session;
    if (answered.answer === undefined) return;
    answered.resends += 1;
    if (answered.resends > MAX_RESENDS) counters.drop('spent');
    else transmit(answered.answer, source);
  }

  #openSession(
    datagram: Uint8Array,
    hello: DatagramHello & HandshakeContext,
    opening: { readonly source: DatagramSource; readonly serial: number; readonly expiresAtMs: number },
  ): void {
    const { crypto, sessions, session: sessionDeps } = this.#deps;
    const { source, serial, expiresAtMs } = opening;
    const proof = this.#attempt(() => this.#prove(hello));
    if (proof === undefined) {
      const unable = new RequestError('UNAVAILABLE_ERR', 'Cannot check the credential now: try again later');
      sessionDeps.transmit(handshakeDatagram(this.#goodbye(unable), hello.nonce), source);
      return;
    }
    const macs = sessionMacs(proof.secret, crypto, hello);
    // Who has not the right key cannot sign, and is told so below; anything else was changed on its way.
    if (proof.isRight && !isSigned(datagram, macs.client)) {
      sessionDeps.counters.drop('forged');
      return;
    }
    const answered: Answered = { expiresAtMs, answer: undefined, resends: 0 };
    this.#answered.set(serial, answered);
    const answer = (reply: Uint8Array): void => {
      answered.answer = reply;
      sessionDeps.transmit(reply, source);
    };
    const refuse = (goodbye: Uint8Array): void => answer(handshakeDatagram(goodbye, hello.nonce));
    const bar = this.#barOf(hello, source);
    if (bar !== undefined) {
      refuse(this.#goodbye(bar));
      return;
    }
    sessionDeps.counters.sessions += 1;
    const init = { token: sessions.newToken(), source, macs, welcome: answer, refuse };
    const session = new UdpSession(init, sessionDeps);
    const credential = proof.key === undefined ? undefined : { key: proof.key };
    sessions.add(session, this.#deps.accept(session, credential));
    session.begin(frameOf(datagram));
  }

  /** Whoever sends a datagram waits for nothing that could throw: a database that cannot be read is for the log. */
  #attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#deps.log.error({ error }, 'checking a credential failed');
      return undefined;
    }
  }

  /** Takes the mask off. Whether there is such a credential or not, the work is the same. */
  #prove({ nonce, challenge, credential, proof }: DatagramHello & HandshakeContext): Proof {
    const { crypto, keyHashes } = this.#deps;
    if (credential === undefined || proof === undefined) {
      return { key: undefined, secret: anonymousSecret(), isRight: true };
    }
    const hash = keyHashes.hashOfKey(credential) ?? this.#noHash;
    const secret = masked(proof, hash, { crypto, context: { nonce, challenge } });
    const key = `whub_${credential}_${Buffer.from(secret).toString('base64url')}`;
    return { key, secret, isRight: isSecretOf(key, hash, crypto) };
  }

  /** Why no session is opened, whoever asks. */
  #barOf({ hasSecret }: DatagramHello, source: DatagramSource): HubError | undefined {
    try {
      if (!this.#open) throw new RequestError('UNAVAILABLE_ERR', 'Cannot open a session: the hub is stopping');
      this.#deps.gate.admitConnection(source.address);
      this.#deps.sessions.admit(source);
      if (!hasSecret) return undefined;
      const text =
        'Cannot take a key or token over udp: everyone on the way could read it; prove the key (docs/udp.md)';
      return new ProtocolError(text);
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
  }

  #goodbye(error: HubError): Uint8Array {
    const problem = toProblem(error, { hub: this.#deps.session.hubId });
    const payload = problemPayload(problem);
    return this.#deps.codec.encode({ kind: Kind.Goodbye, status: problem.status, encoding: Encoding.Json, payload });
  }
}
