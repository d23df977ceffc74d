import type { Clock } from '../../common/base/clock.ts';
import { CredentialError, HubError, ProtocolError, RequestError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Message } from '../../common/protocol/message.ts';
import type { Principal } from '../relay.ts';
import type { AccessLimits } from './access-limits.ts';
import type { Authenticator, Credential } from './authenticator.ts';
import type { Gate } from './gate.ts';
import { HeldFrames, type HeldFrame } from './held-frames.ts';
import { parseHello } from './hello.ts';

export interface HandshakeDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: AccessLimits;
  readonly authenticator: Authenticator;
  readonly gate?: Pick<Gate, 'judgeDelayMs'>;
}

/** Who has a handshake. Told at most once, and of nothing after `end`. */
export interface HandshakeOwner {
  readonly connectionId: string;
  readonly remoteAddress: string;
  /** The credential holds. */
  welcomed(principal: Principal): void;
  /** The credential does not hold. */
  refused(error: HubError, credential: Credential | undefined): void;
  /** It was not finished in time, or nobody can judge. */
  failed(error: RequestError): void;
}

/** From a connection's first byte to its Welcome: waits for Hello, has its credential judged, and holds what comes meanwhile. */
export class Handshake {
  readonly #deps: HandshakeDeps;
  readonly #owner: HandshakeOwner;
  readonly #upgradeCredential: Credential | undefined;
  #held: HeldFrames | undefined;
  #timer: Disposable | undefined;
  #judgeTimer: Disposable | undefined;
  #ended = false;

  /** @param upgradeCredential came with the link itself */
  constructor(deps: HandshakeDeps, owner: HandshakeOwner, upgradeCredential: Credential | undefined) {
    this.#deps = deps;
    this.#owner = owner;
    this.#upgradeCredential = upgradeCredential;
  }

  /** Begins to wait for Hello. */
  start(): void {
    const { clock, limits } = this.#deps;
    const { handshakeTimeoutMs } = limits;
    if (handshakeTimeoutMs === 0) return;
    this.#timer = clock.after(handshakeTimeoutMs, () => {
      const text = `Cannot wait for Hello: the handshake was not finished within ${String(handshakeTimeoutMs)} ms`;
      this.#owner.failed(new RequestError('TIMEOUT_ERR', text));
    });
  }

  /**
   * Takes the Hello and has its credential judged, which does not block.
   *
   * @returns the agent's name
   * @throws {ProtocolError} for a second one, and for one that cannot be read
   */
  hello(message: Message): string {
    if (this.#held !== undefined) throw secondHello();
    const { credential, agent } = parseHello(message, this.#upgradeCredential);
    this.#held = new HeldFrames(this.#deps.limits);
    const delayMs = this.#deps.gate?.judgeDelayMs(this.#owner.remoteAddress, credential) ?? 0;
    if (delayMs === 0) this.#judge(credential);
    else this.#judgeTimer = this.#deps.clock.after(delayMs, () => this.#judge(credential));
    return agent;
  }

  /**
   * Holds a frame that came after Hello.
   *
   * @returns false when there was no Hello yet: the frame is to be looked at
   * @throws {ProtocolError} TOO_LARGE_ERR when there is no room
   */
  hold(held: HeldFrame): boolean {
    if (this.#held === undefined) return false;
    this.#held.hold(held);
    return true;
  }

  /** Ends it. @returns what was held, in order */
  end(): readonly HeldFrame[] {
    this.#ended = true;
    this.#timer?.[Symbol.dispose]();
    this.#judgeTimer?.[Symbol.dispose]();
    return this.#held?.take() ?? [];
  }

  #judge(credential: Credential | undefined): void {
    this.#deps.authenticator.authenticate(credential).then(
      (principal) => {
        if (!this.#ended) this.#proven(principal, credential);
      },
      (error: unknown) => {
        if (!this.#ended) this.#refuse(error, credential);
      },
    );
  }

  /**
   * Between the look at the credential and now it may have been revoked, which nobody tells a connection that is not open; from
   * here to Welcome nothing comes in between.
   */
  #proven(principal: Principal, credential: Credential | undefined): void {
    let current: Principal | undefined;
    try {
      current = this.#deps.authenticator.renewed(principal);
    } catch (error) {
      this.#refuse(error, credential);
      return;
    }
    if (current !== undefined) this.#owner.welcomed(current);
    else this.#refuse(new CredentialError('Cannot accept the credential: it was revoked a moment ago'), credential);
  }

  #refuse(error: unknown, credential: Credential | undefined): void {
    if (error instanceof HubError) {
      this.#owner.refused(error, credential);
      return;
    }
    this.#deps.log.error({ connectionId: this.#owner.connectionId, error }, 'checking a credential failed');
    const text = 'Cannot check the credential now: try again later';
    this.#owner.failed(new RequestError('UNAVAILABLE_ERR', text));
  }
}

/** For a Hello out of turn. */
export function secondHello(): ProtocolError {
  return new ProtocolError('Cannot accept "hello": this connection has said it already');
}
