/**
 * The console's view of the hub, served by the hub thread: small and quick. Streams carry only newest values.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { readLogContract } from './log-contract.ts';

const moduleSchema = z.strictObject({
  name: z.string(),
  state: z.enum(['created', 'starting', 'running', 'draining', 'stopping', 'stopped', 'failed']),
  health: z.strictObject({ state: z.enum(['serving', 'degraded', 'not-serving']), detail: z.string().optional() }),
  dependsOn: z.array(z.string()),
});

export const hubInfoSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  pid: z.int(),
  /** `ws://127.0.0.1:7410/` */
  url: z.string(),
  /** `http://127.0.0.1:7410` */
  httpUrl: z.string(),
  dataDir: z.string(),
  startedAtMs: z.number(),
  modules: z.array(moduleSchema),
});
export type HubInfo = z.infer<typeof hubInfoSchema>;

/** Counts now and rates over the last second. Latencies in ms over the last second, null when nothing was answered. */
export const hubStatsSchema = z.strictObject({
  atMs: z.number(),
  connections: z.int(),
  /** Of these, how many over each transport: `websocket`, `tcp` … */
  transports: z.record(z.string(), z.int()),
  clients: z.int(),
  services: z.int(),
  providers: z.int(),
  inFlight: z.int(),
  queued: z.int(),
  requestsPerSec: z.number(),
  repliesPerSec: z.number(),
  errorsPerSec: z.number(),
  latencyP50Ms: z.number().nullable(),
  latencyP95Ms: z.number().nullable(),
  latencyP99Ms: z.number().nullable(),
  eventLoopDelayMs: z.number(),
  /** Of the whole process, with every thread. */
  rssBytes: z.number(),
  /** Heap in use of the hub's thread. */
  heapUsedBytes: z.number(),
  /** Of the traffic store's thread; null while they are not known. */
  storeHeapUsedBytes: z.number().nullable(),
  storeExternalBytes: z.number().nullable(),
});
export type HubStats = z.infer<typeof hubStatsSchema>;

export const hubEventSchema = z.strictObject({
  atMs: z.number(),
  kind: z.enum([
    'connected',
    'disconnected',
    'auth-failed',
    'provider-registered',
    'provider-lost',
    'provider-ejected',
    'provider-admitted',
    'client-registered',
    'client-revoked',
    'hub',
  ]),
  level: z.enum(['info', 'warn', 'error']),
  text: z.string(),
  connection: z.string().optional(),
  client: z.string().optional(),
  service: z.string().optional(),
});

export const connectionSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['handshaking', 'open', 'draining', 'closed']),
  client: z.string().nullable(),
  role: z.string(),
  /** `client`, `provider` or `both`: what it did so far. */
  part: z.enum(['idle', 'caller', 'provider', 'both']),
  agent: z.string(),
  transport: z.string(),
  subprotocol: z.string(),
  remoteAddress: z.string(),
  connectedAtMs: z.number(),
  closedAtMs: z.number().nullable(),
  closeReason: z.string().nullable(),
  messagesIn: z.int(),
  messagesOut: z.int(),
  bytesIn: z.int(),
  bytesOut: z.int(),
  inFlight: z.int(),
  /** Its requests that were answered with an error. */
  errors: z.int(),
  bufferedBytes: z.int(),
  lastMessageAtMs: z.number().nullable(),
  services: z.array(z.string()),
});
export type ConnectionRow = z.infer<typeof connectionSchema>;

const routeSchema = z.strictObject({
  pattern: z.string(),
  /** Empty = every method. */
  methods: z.array(z.string()),
  summary: z.string().optional(),
});

export const providerSchema = z.strictObject({
  id: z.string(),
  client: z.string(),
  connection: z.string(),
  remoteAddress: z.string(),
  state: z.enum(['ready', 'saturated', 'draining', 'ejected', 'half-open', 'suspect']),
  weight: z.number(),
  inFlight: z.int(),
  maxInFlight: z.int(),
  calls: z.int(),
  errors: z.int(),
  /** Answers that broke their route's schema. */
  warnings: z.int(),
  latencyP50Ms: z.number().nullable(),
  latencyP95Ms: z.number().nullable(),
  sinceMs: z.number(),
  lastFailure: z.string().nullable(),
});
export type ProviderRow = z.infer<typeof providerSchema>;

export const serviceSchema = z.strictObject({
  id: z.string(),
  builtIn: z.boolean(),
  description: z.string(),
  version: z.string(),
  access: z.enum(['socket', 'http', 'both']),
  policy: z.string(),
  routes: z.array(routeSchema),
  providers: z.array(providerSchema),
  queued: z.int(),
  calls: z.int(),
  errors: z.int(),
  /** Set while a service without providers is still remembered. */
  emptySinceMs: z.number().nullable(),
});
export type ServiceRow = z.infer<typeof serviceSchema>;

const routeContractSchema = z.strictObject({
  pattern: z.string(),
  methods: z.array(z.string()),
  /** JSON Schemas as JSON text, so that they are shown as they are; null = none was announced. */
  requestSchema: z.string().nullable(),
  responseSchema: z.string().nullable(),
  idempotent: z.boolean(),
  /** Null = the hub's default. */
  timeoutMs: z.number().nullable(),
  stream: z.boolean(),
});

export const serviceContractSchema = z.strictObject({
  /** False when the schemas only describe. */
  enforced: z.boolean(),
  routes: z.array(routeContractSchema),
});
export type RouteContract = z.infer<typeof routeContractSchema>;

export const limitSchema = z.strictObject({
  name: z.string(),
  help: z.string(),
  unit: z.enum(['connections', 'requests', 'services', 'bytes']),
  /** Where each of many has that limit, the use of the one nearest to it. */
  used: z.number(),
  /** Null = none. */
  limit: z.number().nullable(),
  /** Which of the many that is. */
  at: z.string().nullable(),
});
export type LimitRow = z.infer<typeof limitSchema>;

export const clientSchema = z.strictObject({
  client: z.string(),
  mayCall: z.array(z.string()),
  mayProvide: z.array(z.string()),
  role: z.enum(['client', 'provider', 'manager', 'root']),
  createdAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  revokedAtMs: z.number().nullable(),
  connections: z.int(),
  credentials: z.array(
    z.strictObject({
      id: z.string(),
      /** First characters of the key, enough to recognise it. */
      prefix: z.string(),
      createdAtMs: z.number(),
      lastUsedAtMs: z.number().nullable(),
      revokedAtMs: z.number().nullable(),
    }),
  ),
});
export type ClientRow = z.infer<typeof clientSchema>;

const clientIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A client id is 1 to 64 letters, digits, dots, dashes or underscores');
const grantSchema = z
  .string()
  .regex(/^[a-z0-9._*-]{1,64}$/, 'A grant is a service id, in which * stands for any run of characters');
const methodSchema = z.enum(['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const headersSchema = z.array(z.tuple([z.string(), z.string()])).max(64);

export const registerClientInput = z.strictObject({
  client: clientIdSchema,
  mayCall: z.array(grantSchema).max(64),
  mayProvide: z.array(grantSchema).max(64),
});

export const composeInput = z.strictObject({
  /** The client in whose name it is sent; null = the console's own identity, which may call everything. */
  as: clientIdSchema.nullable(),
  method: methodSchema,
  uri: z.string().min(1).max(8192),
  headers: headersSchema,
  /** Base64 of the exact bytes. */
  bodyBase64: z.string(),
  /** `json`, `text`, `bytes` …; see PROTOCOL, section 1. */
  encoding: z.enum(['bytes', 'json', 'text', 'flatbuffer', 'messagepack', 'cbor', 'other']),
  timeoutMs: z.int().min(1).max(600_000),
  idempotent: z.boolean(),
});
export type ComposeInput = z.infer<typeof composeInput>;

export const composeReply = z.strictObject({
  status: z.int(),
  encoding: z.string(),
  headers: headersSchema,
  bodyBase64: z.string(),
  /** As the hub measured it. */
  durationMs: z.number(),
  /** The captured exchange, null when capture was off. */
  seq: z.int().nullable(),
});
export type ComposeReply = z.infer<typeof composeReply>;

export const blockSchema = z.strictObject({
  kind: z.enum(['address', 'client']),
  /** An address, a range like `10.0.0.0/8`, or a client's id. */
  target: z.string(),
  reason: z.string(),
  /** `auto`: the hub did it by itself. */
  source: z.enum(['manual', 'auto']),
  createdAtMs: z.number(),
  /** Null = until it is taken off. */
  expiresAtMs: z.number().nullable(),
});

export type BlockRow = z.infer<typeof blockSchema>;

const blockTargetInput = z.strictObject({ kind: z.enum(['address', 'client']), target: z.string().min(1).max(64) });

const providerInput = z.strictObject({ service: z.string().max(64), provider: z.string().max(160) });

export const auditRecordSchema = z.strictObject({
  id: z.int(),
  atMs: z.number(),
  /** A client's id; `console`; of the command line the system's user; `hub` when it did so by itself. */
  actor: z.string(),
  via: z.enum(['socket', 'http', 'console', 'cli', 'hub']),
  address: z.string().nullable(),
  /** `clients.revoke`, or method and route of a built-in service: `PUT /clients/:id`. */
  action: z.string(),
  target: z.string(),
  detail: z.string(),
});

export type AuditRow = z.infer<typeof auditRecordSchema>;

const clientIdInput = z.strictObject({ client: clientIdSchema });

export const hubContract = {
  hub: {
    info: oc.output(hubInfoSchema),
    /** Answers at once. Whoever asks knows by it that the thread answers. */
    alive: oc.output(z.strictObject({})),
    /** The newest figures, once a second, starting with the current ones. */
    watch: oc.output(eventIterator(hubStatsSchema)),
    /** One sample a second, oldest first, at most an hour. */
    history: oc.input(z.strictObject({ seconds: z.int().min(1).max(3600) })).output(z.array(hubStatsSchema)),
    /** Each limit beside its present use. */
    limits: oc.output(z.array(limitSchema)),
    /** Newest first. */
    events: oc.input(z.strictObject({ limit: z.int().min(1).max(500) })).output(z.array(hubEventSchema)),
  },
  /** Of the hub's thread. */
  log: { read: readLogContract },
  connections: {
    /** Open ones, and those closed less than 60 s ago. */
    list: oc.output(z.array(connectionSchema)),
    /** Those that closed, newest first. */
    history: oc.input(z.strictObject({ limit: z.int().min(1).max(1_000) })).output(z.array(connectionSchema)),
    /** How long a Ping and its Pong take; null when the connection was gone already. TIMEOUT_ERR after 5 s. */
    ping: oc
      .input(z.strictObject({ connection: z.string().max(64) }))
      .output(z.strictObject({ roundTripMs: z.number().nullable() })),
    close: oc
      .input(z.strictObject({ connection: z.string().max(64), reason: z.string().max(200) }))
      .output(z.strictObject({ closed: z.boolean() })),
  },
  services: {
    list: oc.output(z.array(serviceSchema)),
    /** What a service announced of its routes; null when there is none of that id. */
    contract: oc.input(z.strictObject({ service: z.string().max(64) })).output(serviceContractSchema.nullable()),
    drain: oc
      .input(z.strictObject({ service: z.string().max(64), provider: z.string().max(160) }))
      .output(z.strictObject({ draining: z.boolean() })),
    /** Ends a drain or an ejection: the provider takes new work again. */
    undrain: oc.input(providerInput).output(z.strictObject({ undrained: z.boolean() })),
    /** Keeps new work from a provider for a while; CONFLICT_ERR when its pool cannot do without it. */
    eject: oc
      .input(z.strictObject({ ...providerInput.shape, forMs: z.int().min(1_000).max(86_400_000) }))
      .output(z.strictObject({ ejected: z.boolean() })),
    /** Until the provider registers again. */
    setWeight: oc
      .input(z.strictObject({ ...providerInput.shape, weight: z.int().min(1).max(1_000) }))
      .output(z.strictObject({ set: z.boolean() })),
  },
  clients: {
    list: oc.output(z.array(clientSchema)),
    /** @returns the key, which is never shown again */
    register: oc.input(registerClientInput).output(z.strictObject({ client: z.string(), key: z.string() })),
    setGrants: oc.input(registerClientInput).output(clientSchema),
    addCredential: oc.input(clientIdInput).output(z.strictObject({ client: z.string(), key: z.string() })),
    revokeCredential: oc
      .input(z.strictObject({ client: clientIdSchema, credential: z.string().max(64) }))
      .output(z.strictObject({ revoked: z.boolean() })),
    /** Revokes the client: its credentials stop working and its connections are closed. */
    revoke: oc.input(clientIdInput).output(z.strictObject({ revoked: z.boolean() })),
    /** Takes a revocation back: the client and the credentials that were revoked with it work again. */
    restore: oc.input(clientIdInput).output(z.strictObject({ restored: z.boolean() })),
  },
  blocks: {
    /** Oldest first. */
    list: oc.output(z.array(blockSchema)),
    /** Replaces the block of the same target; `forMs` 0 = until it is taken off. */
    add: oc
      .input(blockTargetInput.extend({ reason: z.string().max(200), forMs: z.int().min(0).max(315_360_000_000) }))
      .output(blockSchema),
    remove: oc.input(blockTargetInput).output(z.strictObject({ removed: z.boolean() })),
  },
  audit: {
    /** Newest first; `before`: of those below that id, null = from the newest on. */
    list: oc
      .input(z.strictObject({ limit: z.int().min(1).max(1_000), before: z.int().nullable() }))
      .output(z.array(auditRecordSchema)),
  },
  compose: {
    send: oc.input(composeInput).output(composeReply),
  },
  samples: {
    /** A sample service `sample` and a client that calls it once a second, on the real SDK; what is running now. */
    status: oc.output(z.strictObject({ running: z.boolean() })),
    start: oc.output(z.strictObject({ running: z.boolean() })),
    stop: oc.output(z.strictObject({ running: z.boolean() })),
  },
};
export type HubContract = typeof hubContract;
