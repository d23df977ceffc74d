import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import { ANONYMOUS, isClientId, type ClientId } from '../../../common/base/ids.ts';
import type { Clock } from '../../../common/base/clock.ts';
import { CredentialError, RequestError } from '../../../common/errors/hub-error.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import type { KeyHashes } from '../../access/key-hashes.ts';
import type { Principal } from '../../relay.ts';
import type { ClientRegistry } from '../../storage/client-registry.ts';
import { credentialIdOf, hashKey, hashMatches } from '../../storage/key.ts';
import type { BuiltInService } from '../../service/built-in.ts';
import type { StoredCredential } from '../../storage/registry-rows.ts';
import { authMetrics } from './auth-metrics.ts';
import { createAuthService } from './auth-service.ts';
import { DEFAULT_AUTH_LIMITS, type AuthLimits } from './auth-limits.ts';
import { SessionDesk, type LoginTrouble } from './session-desk.ts';
import { VerdictCache, type Verdict } from './verdict-cache.ts';

export type { LoginTrouble } from './session-desk.ts';

/** Keys and tokens whose verdict is remembered. */
const MAX_VERDICTS = 4_096;
/** How often sessions that are over are forgotten. */
const PURGE_MS = 60_000;

export interface AuthDeps {
  /** Asked for at start: a registry is open only then. */
  readonly registry: () => ClientRegistry;
  readonly clock: Clock;
  /** Default: {@link DEFAULT_AUTH_LIMITS}. */
  readonly limits?: AuthLimits | undefined;
}

/** What a client presents. */
export interface PresentedCredential {
  readonly client?: string;
  readonly key?: string;
  readonly token?: string;
  /** Of `client`. */
  readonly password?: string;
  /** The client that a certificate names which was verified already. Counts where none of the others is given. */
  readonly certificate?: string;
}

/** Who is who: proves keys and tokens against the registry and says what their clients may do. */
export interface Auth extends Module, KeyHashes {
  /** The built-in service `auth`. */
  readonly service: BuiltInService;
  /**
   * Checks a credential. Known keys, tokens and passwords are answered from memory.
   *
   * @param credential undefined or without members: the anonymous principal
   * @throws {CredentialError} when it is missing, unknown, past its time, revoked or another client's
   */
  authenticate(credential: PresentedCredential | undefined): Promise<Principal>;
  /** The client as it is now; undefined when there is none or it is revoked. The same object until it changes. */
  principalOf(client: ClientId): Principal | undefined;
  /**
   * What has become of a principal whose client may have changed; the same object when it did not.
   *
   * @returns undefined when the client or the credential that it came with was revoked, or its session has ended
   */
  renewed(principal: Principal): Principal | undefined;
  /** @throws {RequestError} BAD_REQUEST_ERR for a password that cannot be one, UNAVAILABLE_ERR when too many are hashed */
  hashPassword(password: string): Promise<string>;
  /** A client that {@link Auth.principalOf} may have told of changed: its grants, its credentials, its revocation. */
  readonly onDidChangePrincipal: Event<ClientId>;
  /** A login failed, or a refresh token was used twice. */
  readonly onDidHaveTrouble: Event<LoginTrouble>;
}

/** How credentials are told apart in a principal. */
const KEY = 'key:';
const SESSION = 'session:';
const CERTIFICATE = 'certificate';
const PASSWORD = 'password:';

const ANONYMOUS_PRINCIPAL: Principal = Object.freeze({
  clientId: ANONYMOUS,
  role: 'anonymous',
  grants: Object.freeze({ call: [], provide: [] }),
});

/** @returns a module that starts after `storage` */
export function createAuth(deps: AuthDeps): Auth {
  return new RegistryAuth(deps);
}

class RegistryAuth implements Auth {
  readonly name = 'auth';
  readonly dependsOn = ['storage'];
  readonly service: BuiltInService;
  readonly #deps: AuthDeps;
  readonly #verdicts = new VerdictCache(MAX_VERDICTS);
  /** Passwords can be guessed: what is remembered of one is of no use outside this process. */
  readonly #pepper = randomBytes(32);
  /** Clients that were asked about, by the credential that they came with; never more than are registered and remembered. */
  readonly #principals = new Map<ClientId, Map<string, Principal>>();
  readonly #changed = new Emitter<ClientId>();
  readonly #trouble = new Emitter<LoginTrouble>();
  readonly #counts = { hits: 0, misses: 0, refused: 0 };
  #registry: ClientRegistry | undefined;
  #desk: SessionDesk | undefined;
  #running: DisposableStack | undefined;

  readonly onDidChangePrincipal = this.#changed.event;
  readonly onDidHaveTrouble = this.#trouble.event;

  constructor(deps: AuthDeps) {
    this.#deps = deps;
    this.service = createAuthService({
      desk: () => this.#openDesk(),
      roleOf: (client) => (isClientId(client) ? this.principalOf(client)?.role : undefined) ?? 'client',
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { clock, limits = DEFAULT_AUTH_LIMITS } = this.#deps;
    const registry = this.#deps.registry();
    const { sessions } = registry;
    const isKnown = (client: ClientId): boolean => this.principalOf(client) !== undefined;
    using setup = new DisposableStack();
    const desk = new SessionDesk({ clock, sessions, limits, isKnown });
    setup.use(registry.onDidChange.subscribe((client) => this.#forget(client)));
    setup.use(desk.onDidHaveTrouble.subscribe((trouble) => this.#trouble.emit(trouble)));
    setup.use(clock.every(PURGE_MS, () => this.#purge(registry)));
    this.#registry = registry;
    this.#desk = desk;
    this.#running = setup.move();
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#running?.dispose();
    this.#running = undefined;
    this.#registry = undefined;
    this.#desk = undefined;
    this.#verdicts.clear();
    this.#principals.clear();
  }

  health(): ModuleHealth {
    return { state: this.#registry === undefined ? 'not-serving' : 'serving' };
  }

  metrics(): readonly MetricSample[] {
    return authMetrics({ ...this.#counts, remembered: this.#verdicts.size }, this.#desk?.counts);
  }

  async authenticate(credential: PresentedCredential | undefined): Promise<Principal> {
    try {
      return await this.#prove(credential ?? {});
    } catch (error) {
      this.#counts.refused += 1;
      throw error;
    }
  }

  principalOf(client: ClientId): Principal | undefined {
    return this.#principal(client, undefined);
  }

  hashOfKey(credential: string): Uint8Array | undefined {
    return this.#open().hashOfKey(credential);
  }

  renewed(principal: Principal): Principal | undefined {
    const { clientId, credential } = principal;
    const isUnchanged = this.#principals.get(clientId)?.get(credential ?? '') === principal;
    if (isUnchanged || principal === ANONYMOUS_PRINCIPAL) return principal;
    if (credential === undefined || this.#isLive(clientId, credential)) return this.#principal(clientId, credential);
    return undefined;
  }

  async hashPassword(password: string): Promise<string> {
    return this.#openDesk().hash(password);
  }

  async #prove(presented: PresentedCredential): Promise<Principal> {
    const { client, key, token, password, certificate } = presented;
    // A key that was sent in the wrong place has the form of an id too, and must not be repeated in an answer or a log.
    if (client !== undefined && (!isClientId(client) || credentialIdOf(client) !== undefined)) {
      throw new CredentialError(
        'Cannot accept the client: its id is not 1 to 64 letters, digits, dots, dashes or underscores',
      );
    }
    if (token !== undefined) return this.#proveToken(token, client);
    if (key !== undefined) return this.#proveKey(key, client);
    if (password === undefined && certificate !== undefined) return this.#proveCertificate(certificate, client);
    if (client === undefined) return ANONYMOUS_PRINCIPAL;
    if (password !== undefined) return this.#provePassword(client, password);
    throw new CredentialError(`Cannot accept client "${client}": it sent no key`);
  }

  #proveKey(key: string, claimed: string | undefined): Principal {
    const hash = hashKey(key);
    const { clientId, credential } = this.#known(hash) ?? this.#look(key, hash, claimed);
    if (claimed !== undefined && claimed !== clientId) {
      throw new CredentialError(`Cannot accept the key for client "${claimed}": it belongs to another client`);
    }
    const principal = this.#principal(clientId, credential);
    if (principal === undefined) throw new CredentialError(revoked(claimed));
    this.#open().touch(credential.slice(KEY.length));
    return principal;
  }

  #proveCertificate(certificate: string, claimed: string | undefined): Principal {
    if (claimed !== undefined && claimed !== certificate) {
      throw new CredentialError(`Cannot accept the certificate for client "${claimed}": it names another client`);
    }
    const find = (): Principal | undefined =>
      isClientId(certificate) ? this.#principal(certificate, CERTIFICATE) : undefined;
    const known = find();
    if (known !== undefined) return known;
    // Another process may have added or restored it a moment ago.
    this.#open().poll();
    const principal = find();
    if (principal !== undefined) return principal;
    throw new CredentialError(`Cannot accept the certificate of client "${certificate}": there is no such client here`);
  }

  async #proveToken(token: string, claimed: string | undefined): Promise<Principal> {
    const hash = hashKey(token);
    const { clientId, credential, expiresAtMs = 0 } = this.#known(hash) ?? (await this.#lookToken(token, hash));
    if (expiresAtMs <= this.#deps.clock.wallMs()) throw new CredentialError('Cannot accept the token: it expired');
    if (claimed !== undefined && claimed !== clientId) {
      throw new CredentialError(`Cannot accept the token for client "${claimed}": it belongs to another client`);
    }
    const principal = this.#principal(clientId, credential);
    if (principal === undefined) throw new CredentialError('Cannot accept the token: its client was revoked');
    return principal;
  }

  async #provePassword(claimed: string, password: string): Promise<Principal> {
    const memo = createHmac('sha256', this.#pepper).update(`${claimed}\0${password}`).digest();
    const { clientId, credential } = this.#known(memo) ?? (await this.#lookPassword(claimed, password, memo));
    const principal = this.#principal(clientId, credential);
    if (principal === undefined) throw new CredentialError(revoked(claimed));
    return principal;
  }

  async #lookPassword(claimed: string, password: string, memo: Buffer): Promise<Verdict> {
    const { client: clientId, hash } = await this.#openDesk().provePassword(claimed, password);
    const verdict = { clientId, credential: passwordCredential(hash) };
    this.#verdicts.set(memo, verdict);
    return verdict;
  }

  #known(hash: Buffer): Verdict | undefined {
    const verdict = this.#verdicts.get(hash);
    if (verdict === undefined) this.#counts.misses += 1;
    else this.#counts.hits += 1;
    return verdict;
  }

  /**
   * Whoever has not the right key is told the same, after the same work, whether client and credential exist or not; more is
   * said only to those who have it.
   *
   * @throws {CredentialError}
   */
  #look(key: string, hash: Buffer, claimed: string | undefined): Verdict {
    const registry = this.#open();
    let stored = registry.findCredential(key);
    if (!isRight(hash, stored)) {
      // Another process may have added or restored it a moment ago: what it changed is made known before the answer.
      registry.poll();
      stored = registry.findCredential(key);
    }
    if (!hashMatches(hash, stored?.hash) || stored === undefined) throw new CredentialError(unknown(claimed));
    if (stored.revoked) throw new CredentialError(revoked(claimed));
    const verdict = { clientId: stored.clientId, credential: `${KEY}${stored.id}` };
    this.#verdicts.set(hash, verdict);
    return verdict;
  }

  async #lookToken(token: string, hash: Buffer): Promise<Verdict> {
    const { claims } = await this.#openDesk().read('access', token);
    // It may have ended since: a verdict that is remembered after its end would be forgotten by nothing.
    this.#openDesk().sessionOf(claims);
    const { client: clientId, session, expiresAtMs } = claims;
    const verdict = { clientId, credential: `${SESSION}${session}`, expiresAtMs };
    this.#verdicts.set(hash, verdict);
    return verdict;
  }

  #principal(client: ClientId, credential: string | undefined): Principal | undefined {
    const known = this.#principals.get(client)?.get(credential ?? '');
    if (known !== undefined) return known;
    const record = this.#open().get(client);
    if (record === undefined || record.revokedAtMs !== null) return undefined;
    const { role, mayCall, mayProvide } = record;
    const principal: Principal = Object.freeze({
      clientId: client,
      role,
      grants: Object.freeze({ call: mayCall, provide: mayProvide }),
      ...(credential !== undefined && { credential }),
    });
    const ofClient = this.#principals.get(client);
    if (ofClient === undefined) this.#principals.set(client, new Map([[credential ?? '', principal]]));
    else ofClient.set(credential ?? '', principal);
    return principal;
  }

  #isLive(client: ClientId, credential: string): boolean {
    // It ends with its client, or with its own time, which is looked at when a connection begins.
    if (credential === CERTIFICATE) return true;
    const registry = this.#open();
    if (credential.startsWith(SESSION)) {
      return registry.sessions.get(credential.slice(SESSION.length))?.revokedAtMs === null;
    }
    if (credential.startsWith(PASSWORD)) {
      const hash = registry.sessions.passwordOf(client);
      return hash !== undefined && credential === passwordCredential(hash);
    }
    const id = credential.slice(KEY.length);
    return registry.get(client)?.credentials.some((each) => each.id === id && each.revokedAtMs === null) === true;
  }

  #forget(client: ClientId): void {
    this.#verdicts.deleteClient(client);
    this.#principals.delete(client);
    this.#changed.emit(client);
  }

  #purge(registry: ClientRegistry): void {
    try {
      registry.sessions.purge();
    } catch (error) {
      // Another program is writing: there is a next time.
      if (!(error instanceof RequestError)) throw error;
    }
  }

  #open(): ClientRegistry {
    if (this.#registry === undefined) throw new TypeError('Cannot check a credential: the module "auth" does not run');
    return this.#registry;
  }

  #openDesk(): SessionDesk {
    if (this.#desk === undefined) throw new TypeError('Cannot check a token: the module "auth" does not run');
    return this.#desk;
  }
}

/** Another after each change of the password. */
function passwordCredential(hash: string): string {
  return `${PASSWORD}${createHash('sha256').update(hash).digest('hex').slice(0, 16)}`;
}

function isRight(hash: Buffer, stored: StoredCredential | undefined): boolean {
  return hashMatches(hash, stored?.hash) && stored?.revoked === false;
}

function unknown(claimed: string | undefined): string {
  return claimed === undefined
    ? 'Cannot accept the key: it is unknown'
    : `Cannot accept client "${claimed}": the client or the key is unknown`;
}

function revoked(claimed: string | undefined): string {
  return claimed === undefined
    ? 'Cannot accept the key: it was revoked'
    : `Cannot accept client "${claimed}": the key was revoked`;
}
