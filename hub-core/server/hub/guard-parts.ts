import type { Clock } from '../../common/base/clock.ts';
import type { ClientId } from '../../common/base/ids.ts';
import { CredentialError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { credentialSubject } from '../access/credential-subject.ts';
import type { Gate } from '../access/gate.ts';
import { guardAuthenticator } from '../access/guarded-authenticator.ts';
import { createHeaderPolicy, type HeaderPolicy } from '../access/header-policy.ts';
import { ThrottledRelay } from '../access/throttled-relay.ts';
import { createBlockList, type BlockList } from '../modules/block-list/index.ts';
import { endBlocked, type ConnectionManager } from '../modules/connection-manager/index.ts';
import { createThrottle, type Throttle } from '../modules/throttle/index.ts';
import type { Relay } from '../relay.ts';
import { BlockStore } from '../storage/block-store.ts';
import type { Storage } from '../storage/storage-module.ts';
import type { HubConfig } from './config.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<HubConfig, 'throttle' | 'blockList' | 'headers'>;
  readonly storage: Storage;
  readonly hubId: string;
}

/** What stands before everything else: the block list and the throttle, joined. */
export interface GuardParts {
  readonly gate: Gate;
  readonly blocks: BlockList;
  readonly throttle: Throttle;
  readonly headers: HeaderPolicy;
  authenticator(inner: Authenticator): Authenticator;
  /** @returns `inner` itself when no rate of requests is set */
  relay(inner: Relay): Relay;
}

export function assembleGuard({ clock, log, config, storage, hubId }: GuardDeps): GuardParts {
  const throttle = createThrottle({ clock, config: config.throttle });
  const blocks = createBlockList({
    clock,
    log: log.child({ module: 'block-list' }),
    config: config.blockList,
    store: () => new BlockStore(storage.database),
  });
  const gate: Gate = {
    barOf: (address) => blocks.barOf(address),
    admitConnection(address) {
      const bar = blocks.barOf(address);
      if (bar !== undefined) throw bar.error;
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
    authenticator: (inner) => guardAuthenticator(inner, gate),
    relay: (inner) =>
      throttle.limitsRequests
        ? new ThrottledRelay(inner, { throttle: (subject) => throttle.check(subject), hubId })
        : inner,
  };
}

/** Tells the guard what connections do, and connections whom it blocks, until disposed. */
export function joinGuard({ gate, blocks }: GuardParts, connections: ConnectionManager): Disposable {
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
  return joined;
}
