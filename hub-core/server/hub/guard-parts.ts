import type { Clock } from '../../common/base/clock.ts';
import { ANONYMOUS, type ClientId } from '../../common/base/ids.ts';
import { CredentialError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Module } from '../../common/module/module.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { credentialSubject } from '../access/credential-subject.ts';
import type { Gate } from '../access/gate.ts';
import { guardAuthenticator } from '../access/guarded-authenticator.ts';
import { createHeaderPolicy, type HeaderPolicy } from '../access/header-policy.ts';
import { ThrottledRelay } from '../access/throttled-relay.ts';
import type { Middleware } from '../middleware.ts';
import { createAudit, type Audit } from '../modules/audit/index.ts';
import { createBlockList, type BlockList } from '../modules/block-list/index.ts';
import { endBlocked, type ConnectionManager } from '../modules/connection-manager/index.ts';
import { createMiddlewareManager, type MiddlewareManager } from '../modules/middleware-manager/index.ts';
import { createThrottle, type Throttle } from '../modules/throttle/index.ts';
import type { Relay } from '../relay.ts';
import type { ExchangeObserver } from '../service/exchange.ts';
import { AuditStore } from '../storage/audit-store.ts';
import { BlockStore } from '../storage/block-store.ts';
import type { Storage } from '../storage/storage-module.ts';
import type { HubConfig } from './config.ts';
import { failedLogins } from './failed-logins.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<HubConfig, 'throttle' | 'blockList' | 'headers' | 'middleware' | 'limits' | 'audit'>;
  readonly storage: Storage;
  readonly hubId: string;
  /** Of binary messages. */
  readonly codec: Codec;
  /** Middleware of the program that embeds the hub. */
  readonly given: readonly Middleware[];
}

/** What stands before everything else, joined: block list, throttle, header policy, middleware; and who changed what. */
export interface GuardParts {
  readonly gate: Gate;
  readonly blocks: BlockList;
  readonly throttle: Throttle;
  readonly headers: HeaderPolicy;
  readonly middleware: MiddlewareManager;
  readonly audit: Audit;
  readonly modules: readonly Module[];
  /** See every request end. */
  readonly observers: readonly ExchangeObserver[];
  authenticator(inner: Authenticator): Authenticator;
  /** @returns `inner` itself when no rate of requests is set */
  relay(inner: Relay): Relay;
}

export function assembleGuard({ clock, log, config, storage, hubId, codec, given }: GuardDeps): GuardParts {
  const throttle = createThrottle({ clock, config: config.throttle });
  const blocks = createBlockList({
    clock,
    log: log.child({ module: 'block-list' }),
    config: config.blockList,
    store: () => new BlockStore(storage.database),
  });
  const middleware = createMiddlewareManager({
    clock,
    log: log.child({ module: 'middleware-manager' }),
    hubId,
    codec,
    limits: config.limits,
    files: config.middleware,
    given,
  });
  const audit = createAudit({
    clock,
    log: log.child({ module: 'audit' }),
    config: config.audit,
    store: () => new AuditStore(storage.database),
  });
  const gate: Gate = {
    barOf: (address) => blocks.barOf(address),
    admitConnection(address) {
      const bar = blocks.barOf(address);
      if (bar !== undefined) throw bar.error;
      throttle.admitConnection(address);
    },
    admitHandshake(address) {
      const bar = blocks.barOf(address);
      if (bar?.unlessProven === false) throw bar.error;
      throttle.admitConnection(address);
    },
    admitClient: (client) => blocks.admitClient(client),
    judgeDelayMs: (address, credential) => blocks.judgeDelayMs(address, credential),
    noteOffence: (...offence) => blocks.noteOffence(...offence),
  };
  return {
    gate,
    blocks,
    throttle,
    headers: createHeaderPolicy(config.headers),
    middleware,
    audit,
    modules: [audit, blocks, throttle, middleware],
    observers: [audit.observer, failedLogins(gate)],
    authenticator: (inner) => guardAuthenticator(inner, gate),
    relay: (inner) =>
      throttle.limitsRequests
        ? new ThrottledRelay(inner, { throttle: (subject) => throttle.check(subject), hubId })
        : inner,
  };
}

/** Tells the guard what connections do, and connections whom it blocks, until disposed. */
export function joinGuard({ gate, blocks, audit }: GuardParts, connections: ConnectionManager): Disposable {
  const joined = new DisposableStack();
  joined.use(
    connections.onDidRefuse.subscribe(({ connection, credential, error }) => {
      if (error instanceof CredentialError && credential !== undefined)
        gate.noteOffence(connection.remoteAddress, 'credential', credentialSubject(credential));
    }),
  );
  joined.use(
    connections.onDidViolate.subscribe(({ connection, error }) => {
      if (error.errorName === 'BAD_REQUEST_ERR') gate.noteOffence(connection.remoteAddress, 'frame', connection.client);
    }),
  );
  joined.use(
    blocks.onDidBlockClient.subscribe((client) => endBlocked(connections.ofClient(client as ClientId), client)),
  );
  joined.use(
    blocks.onDidBlockByItself.subscribe(({ target, reason }) => {
      audit.record({
        actor: 'hub',
        via: 'hub',
        address: null,
        action: 'blocks.add',
        target,
        detail: `reason ${reason}`,
      });
      // Those who proved to be a client are left alone.
      for (const connection of connections.open()) {
        if (connection.clientId !== ANONYMOUS) continue;
        const bar = gate.barOf(connection.remoteAddress);
        if (bar !== undefined) connection.goodbye(bar.error);
      }
    }),
  );
  return joined;
}
