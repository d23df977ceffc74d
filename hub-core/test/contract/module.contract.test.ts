import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { systemRandom } from '../../common/base/random.ts';
import { silentLogger } from '../../common/log/logger.ts';
import type { Module } from '../../common/module/module.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { parseHubConfig } from '../../server/hub/config.ts';
import { createUdpListener } from '../../server/listener/udp/index.ts';
import { assembleHub, type HubParts } from '../../server/hub/hub-parts.ts';
import { startRtcWorker } from '../../server/listener/webrtc/index.ts';
import { createAudit } from '../../server/modules/audit/index.ts';
import { createAuth } from '../../server/modules/auth/index.ts';
import { createBlockList } from '../../server/modules/block-list/index.ts';
import { createCapture } from '../../server/modules/capture/index.ts';
import { createClientManager } from '../../server/modules/client-manager/index.ts';
import { createMetering } from '../../server/modules/metering/index.ts';
import { createMessaging } from '../../server/modules/messaging/index.ts';
import { createMiddlewareManager } from '../../server/modules/middleware-manager/index.ts';
import { createServiceManager } from '../../server/modules/service-manager/index.ts';
import { createThrottle } from '../../server/modules/throttle/index.ts';
import { createServiceLayer } from '../../server/service/service-layer.ts';
import { DEFAULT_SERVICE_LIMITS } from '../../server/service/service-limits.ts';
import { AuditStore } from '../../server/storage/audit-store.ts';
import { BlockStore } from '../../server/storage/block-store.ts';
import { openHubDatabase } from '../../server/storage/database.ts';
import { createStorage, type Storage } from '../../server/storage/storage-module.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/traffic.ts';
import { moduleContract, type ModuleStage } from './module.contract.ts';

const CONFIG = parseHubConfig({ dataDir: '/d' });
const never = new AbortController().signal;

/** Modules that stand on nothing. */
async function alone(create: (clock: FakeClock) => Module): Promise<ModuleStage> {
  const clock = new FakeClock();
  return { clock, module: create(clock), [Symbol.asyncDispose]: async () => {} };
}

/** Modules that stand on an open registry. */
async function onStorage(create: (storage: Storage, clock: FakeClock) => Module): Promise<ModuleStage> {
  const folder = temporaryFolder();
  const storage = createStorage({ dataDir: folder.path, clock: new FakeClock(), log: silentLogger });
  await storage.start(never);
  const clock = new FakeClock();
  return {
    clock,
    module: create(storage, clock),
    [Symbol.asyncDispose]: async () => {
      await storage.stop();
      folder[Symbol.dispose]();
    },
  };
}

/** Modules that only a whole hub can wire; of it, only what they stand on runs. */
async function inHub(pick: (parts: HubParts) => Module): Promise<ModuleStage> {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const config = parseHubConfig({ dataDir: folder.path, port: 0 });
  const module = pick(
    assembleHub(config, {
      clock,
      random: systemRandom,
      log: silentLogger,
      captureSink: undefined,
      middleware: [],
      startRtcThread: startRtcWorker,
      startedAtMs: () => 0,
    }),
  );
  return {
    clock,
    module,
    [Symbol.asyncDispose]: async () => {
      await module.stop();
      folder[Symbol.dispose]();
    },
  };
}

moduleContract('storage', async () => {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const module = createStorage({ dataDir: folder.path, clock, log: silentLogger });
  return {
    clock,
    module,
    [Symbol.asyncDispose]: async () => {
      await module.stop();
      folder[Symbol.dispose]();
    },
  };
});

moduleContract('auth', () =>
  onStorage((storage) => createAuth({ registry: () => storage.registry, clock: new FakeClock() })),
);

moduleContract('client-manager', () =>
  onStorage((storage) =>
    createClientManager({
      registry: () => storage.registry,
      connections: () => [],
      passwords: { hashPassword: (password) => Promise.resolve(password) },
      signup: false,
    }),
  ),
);

moduleContract('metering', () =>
  alone((clock) =>
    createMetering({
      clock,
      gauges: () => ({
        ...{ connections: 0, transports: {}, clients: 0, services: 0, providers: 0, inFlight: 0, queued: 0 },
        ...{ storeHeapUsedBytes: null, storeExternalBytes: null },
      }),
    }),
  ),
);

moduleContract('capture', () =>
  alone((clock) => createCapture({ clock, limits: { maxBodyBytes: 1_024, budgetBytes: 4_096 }, sink: undefined })),
);

moduleContract('service-manager', () =>
  alone((clock) =>
    createServiceManager({
      layer: createServiceLayer({
        clock,
        random: systemRandom,
        log: silentLogger,
        hubId: 'h1',
        limits: DEFAULT_SERVICE_LIMITS,
        observers: [],
        builtIns: [],
      }),
      remoteAddressOf: () => '',
    }),
  ),
);

moduleContract('middleware-manager', () =>
  alone((clock) =>
    createMiddlewareManager({
      clock,
      log: silentLogger,
      hubId: 'hub-1',
      codec: createBinaryCodec(CONFIG.limits),
      limits: CONFIG.limits,
      files: [],
      given: [{ name: 'nothing', before: () => undefined }],
    }),
  ),
);

moduleContract('audit', () =>
  onStorage((storage, clock) =>
    createAudit({
      clock,
      log: silentLogger,
      config: CONFIG.audit,
      store: () => new AuditStore(storage.database),
    }),
  ),
);

moduleContract('throttle', () => alone((clock) => createThrottle({ clock, config: CONFIG.throttle })));

moduleContract('block-list', async () => {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const databases = new DisposableStack();
  const store = (): BlockStore => new BlockStore(databases.use(openHubDatabase(folder.path)));
  const module = createBlockList({ clock, log: silentLogger, config: CONFIG.blockList, store });
  return {
    clock,
    module,
    [Symbol.asyncDispose]: async () => {
      await module.stop();
      databases.dispose();
      folder[Symbol.dispose]();
    },
  };
});

moduleContract('messaging', () =>
  alone(() => createMessaging({ connections: () => [], connectionsOf: () => [], providersOf: () => new Set() })),
);

moduleContract('connection-manager', () => inHub(({ connections }) => connections));

moduleContract('listener', () => inHub(({ listener }) => listener));

moduleContract('udp-listener', async () => {
  const clock = new FakeClock();
  // A port that is free over UDP, as the listener would have found one over TCP.
  const probe = createSocket('udp4').bind(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = { ...probe.address() };
  probe.close();
  const module = createUdpListener({
    clock,
    log: silentLogger,
    hubId: 'h1',
    config: CONFIG.udp,
    codec: createBinaryCodec(CONFIG.limits),
    addresses: () => [address],
    acceptor: {
      accept: () => {
        throw new TypeError('Cannot accept: nobody connects');
      },
    },
    gate: { barOf: () => undefined, admitConnection: () => undefined },
    keyHashes: { hashOfKey: () => undefined },
  });
  return { clock, module, [Symbol.asyncDispose]: () => module.stop() };
});

moduleContract('webrtc-listener', () =>
  inHub(({ webRtc }) => {
    if (webRtc === undefined) throw new TypeError('Cannot test WebRTC: it is switched off');
    return webRtc;
  }),
);
