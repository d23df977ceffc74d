import { implement, onError, ORPCError } from '@orpc/server';
import type { Clock } from '../../common/base/clock.ts';
import type { RecentLog } from '../../common/log/recent-log.ts';
import { Encoding, Flag, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { encodingWord, parseEncoding, parseMethod } from '../../common/protocol/words.ts';
import type { ComposedAnswer, ContractView, Hub } from '../../server/hub/hub.ts';
import type { ConnectionSnapshot } from '../../server/modules/connection-manager/connection-snapshot.ts';
import type { ClientSnapshot } from '../../server/modules/client-manager/client-snapshot.ts';
import {
  hubContract,
  type ClientRow,
  type ComposeInput,
  type ComposeReply,
  type ConnectionRow,
  type RouteContract,
} from '../contract/hub-contract.ts';
import { toConsoleError } from './console-errors.ts';
import { newestOf } from './newest-of.ts';

/** The sample client and service, which live beside the hub. */
export interface Samples {
  readonly running: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface HubRouterDeps {
  readonly hub: Hub;
  readonly samples: Samples;
  readonly clock: Clock;
  readonly recentLog: RecentLog;
}

/** `Buffer` skips what is no base64; bytes that were not meant must not be sent. */
function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new ORPCError('BAD_REQUEST', { message: 'The body is no base64' });
  }
  return bytes;
}

function toMessage(input: ComposeInput): MessageInit {
  return {
    kind: Kind.Request,
    method: parseMethod(input.method) ?? Method.Call,
    flags: input.idempotent ? Flag.Idempotent : 0,
    encoding: parseEncoding(input.encoding) ?? Encoding.Bytes,
    timeoutMs: input.timeoutMs,
    uri: input.uri,
    headers: input.headers.map(([name, value]) => ({ name: name.toLowerCase(), value })),
    payload: decodeBase64(input.bodyBase64),
  };
}

function toReply({ message, durationMs, captureSeq }: ComposedAnswer): ComposeReply {
  return {
    status: message.status,
    encoding: encodingWord(message.encoding),
    headers: message.headers.map(({ name, value }): [string, string] => [name, value]),
    bodyBase64: Buffer.from(message.payload).toString('base64'),
    durationMs,
    seq: captureSeq === 0 ? null : captureSeq,
  };
}

function toClientRow(client: ClientSnapshot): ClientRow {
  return {
    ...client,
    mayCall: [...client.mayCall],
    mayProvide: [...client.mayProvide],
    credentials: client.credentials.map((credential) => ({ ...credential })),
  };
}

const toConnectionRow = (connection: ConnectionSnapshot): ConnectionRow => ({
  ...connection,
  services: [...connection.services],
});

const schemaText = (schema: unknown): string | null => (schema === undefined ? null : JSON.stringify(schema));

function toContract({ enforced, routes }: ContractView): { enforced: boolean; routes: RouteContract[] } {
  return {
    enforced,
    routes: routes.map(({ pattern, methods, requestSchema, responseSchema, idempotent, timeoutMs, stream }) => ({
      pattern,
      methods: [...methods],
      requestSchema: schemaText(requestSchema),
      responseSchema: schemaText(responseSchema),
      idempotent,
      timeoutMs: timeoutMs ?? null,
      stream,
    })),
  };
}

function implementer() {
  return implement(hubContract).use(
    onError((error) => {
      throw toConsoleError(error);
    }),
  );
}

type Implementer = ReturnType<typeof implementer>;

function hubProcedures(os: Implementer['hub'], { hub, clock }: HubRouterDeps) {
  return {
    info: os.info.handler(() => ({
      id: hub.id,
      name: hub.name,
      version: hub.version,
      pid: process.pid,
      url: hub.address.url,
      httpUrl: hub.address.httpUrl,
      dataDir: hub.dataDir,
      startedAtMs: hub.startedAtMs,
      modules: hub.modules().map((module) => ({ ...module, dependsOn: [...module.dependsOn] })),
    })),
    alive: os.alive.handler(() => ({})),
    watch: os.watch.handler(({ signal }) =>
      newestOf({
        changed: hub.stats.onDidSample,
        current: () => hub.stats.current(),
        // The samples come once a second; this only keeps two of them apart.
        minIntervalMs: 500,
        clock,
        signal,
      }),
    ),
    history: os.history.handler(({ input }) => [...hub.stats.history(input.seconds)]),
    limits: os.limits.handler(() =>
      hub.limits().map(({ name, help, unit, used, limit, at = null }) => ({
        name,
        help,
        unit,
        used,
        limit: limit === 0 ? null : limit,
        at,
      })),
    ),
    events: os.events.handler(({ input }) => [...hub.events.list(input.limit)]),
  };
}

function connectionProcedures(os: Implementer['connections'], { hub }: HubRouterDeps) {
  return {
    list: os.list.handler(() => hub.connections.list().map(toConnectionRow)),
    history: os.history.handler(({ input }) => hub.connections.history(input.limit).map(toConnectionRow)),
    ping: os.ping.handler(async ({ input }) => ({
      roundTripMs: (await hub.connections.ping(input.connection)) ?? null,
    })),
    close: os.close.handler(({ input }) => ({ closed: hub.connections.close(input.connection, input.reason) })),
  };
}

function serviceProcedures(os: Implementer['services'], { hub }: HubRouterDeps) {
  return {
    list: os.list.handler(() =>
      hub.services.list().map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({ ...route, methods: [...route.methods] })),
        providers: service.providers.map((provider) => ({ ...provider })),
      })),
    ),
    contract: os.contract.handler(({ input }) => {
      const contract = hub.services.contractOf(input.service);
      return contract === undefined ? null : toContract(contract);
    }),
    drain: os.drain.handler(({ input }) => ({ draining: hub.services.drain(input.service, input.provider) })),
    undrain: os.undrain.handler(({ input }) => ({ undrained: hub.services.undrain(input.service, input.provider) })),
    eject: os.eject.handler(({ input }) => ({
      ejected: hub.services.eject(input.service, input.provider, input.forMs),
    })),
    setWeight: os.setWeight.handler(({ input }) => ({
      set: hub.services.setWeight(input.service, input.provider, input.weight),
    })),
  };
}

function clientProcedures(os: Implementer['clients'], { hub }: HubRouterDeps) {
  return {
    list: os.list.handler(() => hub.clients.list().map(toClientRow)),
    register: os.register.handler(({ input }) => hub.clients.register(input.client, input.mayCall, input.mayProvide)),
    setGrants: os.setGrants.handler(({ input }) =>
      toClientRow(hub.clients.setGrants(input.client, input.mayCall, input.mayProvide)),
    ),
    addCredential: os.addCredential.handler(({ input }) => hub.clients.addCredential(input.client)),
    revokeCredential: os.revokeCredential.handler(({ input }) => ({
      revoked: hub.clients.revokeCredential(input.client, input.credential),
    })),
    revoke: os.revoke.handler(({ input }) => ({ revoked: hub.clients.revoke(input.client) })),
    restore: os.restore.handler(({ input }) => ({ restored: hub.clients.restore(input.client) })),
  };
}

/** The console's `hub` root over a running hub. */
export function createHubRouter(deps: HubRouterDeps) {
  const { hub, samples } = deps;
  const os = implementer();
  return os.router({
    hub: hubProcedures(os.hub, deps),
    log: { read: os.log.read.handler(({ input }) => deps.recentLog.read(input.after)) },
    connections: connectionProcedures(os.connections, deps),
    services: serviceProcedures(os.services, deps),
    clients: clientProcedures(os.clients, deps),
    blocks: {
      list: os.blocks.list.handler(() => hub.blocks.list().map((block) => ({ ...block }))),
      add: os.blocks.add.handler(({ input }) => ({ ...hub.blocks.add(input) })),
      remove: os.blocks.remove.handler(({ input }) => ({ removed: hub.blocks.remove(input.kind, input.target) })),
    },
    audit: {
      list: os.audit.list.handler(({ input: { limit, before } }) =>
        hub.audit.list({ limit, ...(before !== null && { before }) }).map((record) => ({ ...record })),
      ),
    },
    compose: {
      send: os.compose.send.handler(async ({ input }) =>
        toReply(await hub.compose(toMessage(input), input.as ?? undefined)),
      ),
    },
    samples: {
      status: os.samples.status.handler(() => ({ running: samples.running })),
      start: os.samples.start.handler(async () => {
        await samples.start();
        return { running: samples.running };
      }),
      stop: os.samples.stop.handler(async () => {
        await samples.stop();
        return { running: samples.running };
      }),
    },
  });
}
