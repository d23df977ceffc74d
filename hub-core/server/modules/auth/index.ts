import { Emitter, type Event } from '../../../common/base/emitter.ts';
import { ANONYMOUS, isClientId, type ClientId } from '../../../common/base/ids.ts';
import { CredentialError } from '../../../common/errors/hub-error.ts';
import type { Module, ModuleHealth } from '../../../common/module/module.ts';
import type { Principal } from '../../relay.ts';
import type { ClientRegistry } from '../../storage/client-registry.ts';
import { credentialIdOf, hashKey, hashMatches } from '../../storage/key.ts';
import { VerdictCache, type Verdict } from './verdict-cache.ts';

/** Keys whose verdict is remembered. */
const MAX_VERDICTS = 4_096;

export interface AuthDeps {
  /** Asked for at start: a registry is open only then. */
  readonly registry: () => ClientRegistry;
}

/** What a client presents. */
export interface PresentedCredential {
  readonly client?: string;
  readonly key?: string;
  readonly token?: string;
}

/** Who is who: proves keys against the registry and says what their clients may do. */
export interface Auth extends Module {
  /**
   * Checks a credential. Known keys are answered from memory.
   *
   * @param credential undefined or without members: the anonymous principal
   * @throws {CredentialError} when it is missing, unknown, revoked, another client's, or of a kind this hub does not take
   */
  authenticate(credential: PresentedCredential | undefined): Promise<Principal>;
  /** The client as it is now; undefined when there is none or it is revoked. The same object until it changes. */
  principalOf(client: ClientId): Principal | undefined;
  /** A client that {@link Auth.principalOf} may have told of changed: its grants, its credentials, its revocation. */
  readonly onDidChangePrincipal: Event<ClientId>;
}

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
  readonly #openRegistry: () => ClientRegistry;
  readonly #verdicts = new VerdictCache(MAX_VERDICTS);
  /** Clients that were asked about; never more than are registered. */
  readonly #principals = new Map<ClientId, Principal>();
  readonly #changed = new Emitter<ClientId>();
  #registry: ClientRegistry | undefined;
  #subscription: Disposable | undefined;

  readonly onDidChangePrincipal = this.#changed.event;

  constructor(deps: AuthDeps) {
    this.#openRegistry = deps.registry;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#registry = this.#openRegistry();
    this.#subscription = this.#registry.onDidChange.subscribe((client) => this.#forget(client));
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#registry = undefined;
    this.#verdicts.clear();
    this.#principals.clear();
  }

  health(): ModuleHealth {
    return { state: this.#registry === undefined ? 'not-serving' : 'serving' };
  }

  async authenticate(credential: PresentedCredential | undefined): Promise<Principal> {
    const { client, key, token } = credential ?? {};
    if (token !== undefined)
      throw new CredentialError('Cannot accept a token: this hub takes keys only; send "key" instead');
    // A key that was sent in the wrong place has the form of an id too, and must not be repeated in an answer or a log.
    if (client !== undefined && (!isClientId(client) || credentialIdOf(client) !== undefined)) {
      throw new CredentialError(
        'Cannot accept the client: its id is not 1 to 64 letters, digits, dots, dashes or underscores',
      );
    }
    if (key !== undefined) return this.#prove(key, client);
    if (client === undefined) return ANONYMOUS_PRINCIPAL;
    throw new CredentialError(`Cannot accept client "${client}": it sent no key`);
  }

  principalOf(client: ClientId): Principal | undefined {
    return this.#principals.get(client) ?? this.#load(client);
  }

  #prove(key: string, claimed: string | undefined): Principal {
    const hash = hashKey(key);
    const { clientId, credential } = this.#verdicts.get(hash) ?? this.#look(key, hash, claimed);
    if (claimed !== undefined && claimed !== clientId) {
      throw new CredentialError(`Cannot accept the key for client "${claimed}": it belongs to another client`);
    }
    const principal = this.principalOf(clientId);
    if (principal === undefined) throw new CredentialError(revoked(claimed));
    this.#open().touch(credential);
    return principal;
  }

  /**
   * Whoever has not the right key is told the same, whether client and credential exist or not; more is said only to those
   * who have it.
   *
   * @throws {CredentialError}
   */
  #look(key: string, hash: Buffer, claimed: string | undefined): Verdict {
    const registry = this.#open();
    let stored = registry.findCredential(key);
    if (stored === undefined || stored.revoked) {
      // Another process may have added or restored it a moment ago: what it changed is made known before the answer.
      registry.poll();
      stored = registry.findCredential(key);
    }
    if (!hashMatches(hash, stored?.hash) || stored === undefined) throw new CredentialError(unknown(claimed));
    if (stored.revoked) throw new CredentialError(revoked(claimed));
    const verdict = { clientId: stored.clientId, credential: stored.id };
    this.#verdicts.set(hash, verdict);
    return verdict;
  }

  #load(client: ClientId): Principal | undefined {
    const record = this.#open().get(client);
    if (record === undefined || record.revokedAtMs !== null) return undefined;
    const { role, mayCall, mayProvide } = record;
    const principal: Principal = Object.freeze({
      clientId: client,
      role,
      grants: Object.freeze({ call: mayCall, provide: mayProvide }),
    });
    this.#principals.set(client, principal);
    return principal;
  }

  #forget(client: ClientId): void {
    this.#verdicts.deleteClient(client);
    this.#principals.delete(client);
    this.#changed.emit(client);
  }

  #open(): ClientRegistry {
    if (this.#registry === undefined) throw new TypeError('Cannot check a credential: the module "auth" does not run');
    return this.#registry;
  }
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
