import { z } from 'zod';
import { isJsonPath } from '../../common/query/json-path.ts';
import { DEFAULT_DATAGRAM_BYTES } from '../../common/transport/datagram/datagram.ts';
import { DEFAULT_RESILIENCE_LIMITS } from '../service/resilience/resilience-limits.ts';
import { DEFAULT_AUDIT_LIMITS } from '../storage/audit-record.ts';
import { HubStartError } from './hub-start-error.ts';
import { hostSchema, proxyProtocolSchema, tlsSchema, transportsSchema } from './port-config.ts';
import { supervisionSchema } from './supervision-config.ts';

const KIB = 1 << 10;
const MIB = 1 << 20;

/** Timers of Node fire at once above this. */
const MAX_TIMER_MS = 2_147_483_647;

const count = (): z.ZodInt => z.int().nonnegative();
const bytes = (): z.ZodInt => z.int().nonnegative();
const milliseconds = (): z.ZodInt => z.int().nonnegative().max(MAX_TIMER_MS);

const limitsSchema = z.strictObject({
  maxFrameBytes: bytes()
    .default(16 * MIB)
    .describe('Largest frame and largest HTTP body, bytes; 0 = none'),
  maxHeaders: count().default(64).describe('Most headers of one message; 0 = none'),
  maxHeaderBytes: bytes()
    .default(16 * KIB)
    .describe('Largest sum of header names and values, bytes; 0 = none'),
  maxUriBytes: bytes()
    .default(8 * KIB)
    .describe('Largest uri, bytes; 0 = none'),
  handshakeTimeoutMs: milliseconds().default(10_000).describe('Time for headers and Hello, ms; 0 = none'),
  heartbeatMs: milliseconds().default(15_000).describe('Silence after which a Ping is sent, ms; 0 = none'),
  httpBodyTimeoutMs: milliseconds().default(60_000).describe('Time for the whole of an HTTP request, ms; 0 = none'),
  defaultTimeoutMs: milliseconds().default(30_000).describe('Budget of a request that names none, ms; 0 = none'),
  maxTimeoutMs: milliseconds().default(600_000).describe('Largest budget of a request, ms; 0 = none'),
  maxInFlightPerConnection: count().default(4096).describe('Requests of one connection in flight; 0 = none'),
  maxInFlightPerChannel: count().default(1024).describe('Default max_in_flight of a provider channel; 0 = none'),
  maxQueuedPerService: count().default(1024).describe('Requests waiting for a free channel; 0 = none'),
  maxQueuedBytesPerService: bytes()
    .default(64 * MIB)
    .describe('Bytes of requests waiting for a channel; 0 = none'),
  retries: count().default(2).describe('Further providers that get a request when one is lost; 0 = no retry'),
  maxHeldMessages: count().default(64).describe('Messages held before Welcome; 0 = none'),
  maxHeldBytes: bytes()
    .default(256 * KIB)
    .describe('Bytes of messages held before Welcome; 0 = none'),
  maxOutgoingBytes: bytes()
    .default(16 * MIB)
    .describe('High-water mark of what waits to be written to one connection, bytes; 0 = none'),
  maxHeldRequestBytes: bytes()
    .default(32 * MIB)
    .describe("Bytes of one connection's own requests in flight above which it is not read, bytes; 0 = none"),
  maxCheckedBytes: bytes().default(MIB).describe("Largest body that is held to a route's schema, bytes; 0 = none"),
  creditBytes: bytes()
    .default(256 * KIB)
    .describe('Initial credit of each direction of a stream, bytes'),
  maxStreamWindowBytes: bytes()
    .default(MIB)
    .describe('Most outstanding credit of each direction of a stream, bytes; 0 = none'),
});

const ratio = (): z.ZodNumber => z.number().min(0).max(1);
const DEFAULTS = DEFAULT_RESILIENCE_LIMITS;

const breakerSchema = z.strictObject({
  consecutiveFailures: count()
    .default(DEFAULTS.breaker.consecutiveFailures)
    .describe('Failures in a row that eject a provider; 0 = none'),
  failureRatio: ratio()
    .default(DEFAULTS.breaker.failureRatio)
    .describe('Part of the requests of one window that failed, which ejects a provider; 0 = none'),
  minRequests: count().default(DEFAULTS.breaker.minRequests).describe('Requests below which the ratio says nothing'),
  windowMs: milliseconds().min(100).default(DEFAULTS.breaker.windowMs).describe('Window of the ratio, ms'),
  openMs: milliseconds().min(1).default(DEFAULTS.breaker.openMs).describe('First time of an ejection, ms'),
  maxOpenMs: milliseconds().min(1).default(DEFAULTS.breaker.maxOpenMs).describe('Longest time of an ejection, ms'),
  jitter: ratio()
    .default(DEFAULTS.breaker.jitter)
    .describe('Part of the ejection time that is added at random; 0 = none'),
  trials: z.int().min(1).default(DEFAULTS.breaker.trials).describe('Trials in a row that must succeed'),
  unansweredMs: milliseconds()
    .default(DEFAULTS.breaker.unansweredMs)
    .describe('Time a provider must have had a request for its missing answer to be a failure, ms; 0 = none'),
  statuses: z
    .array(z.int().min(500).max(599))
    .max(100)
    .default([...DEFAULTS.breaker.statuses])
    .describe('Statuses of answers that are failures'),
});

const resilienceSchema = z.strictObject({
  maxEjectedRatio: ratio()
    .default(DEFAULTS.maxEjectedRatio)
    .describe('Most of a pool that may be ejected at a time, as a part of it; 0 = no provider ever is'),
  breaker: breakerSchema.prefault({}),
  retryBudget: z
    .strictObject({
      ratio: ratio()
        .default(DEFAULTS.retryBudget.ratio)
        .describe('Most retries of one window, as a part of the requests of the service; 0 = no limit'),
      minRetries: count()
        .default(DEFAULTS.retryBudget.minRetries)
        .describe('Retries of one window that are always there'),
      windowMs: milliseconds().min(100).default(DEFAULTS.retryBudget.windowMs).describe('Window of the budget, ms'),
    })
    .prefault({}),
  shedding: z
    .strictObject({
      enabled: z
        .boolean()
        .default(DEFAULTS.shedding.enabled)
        .describe('Refuse what cannot be answered in time at once'),
      minSamples: z.int().min(1).default(DEFAULTS.shedding.minSamples).describe('Answers that an estimate needs'),
      maxAgeMs: milliseconds().default(DEFAULTS.shedding.maxAgeMs).describe('Oldest answer of an estimate, ms'),
    })
    .prefault({}),
  health: z
    .strictObject({
      intervalMs: milliseconds()
        .min(500)
        .default(DEFAULTS.health.intervalMs)
        .describe('Between two health requests to a provider that names no interval, ms'),
      timeoutMs: milliseconds().min(1).default(DEFAULTS.health.timeoutMs).describe('Time for a health answer, ms'),
      failures: z.int().min(1).default(DEFAULTS.health.failures).describe('Failed health requests in a row that eject'),
    })
    .prefault({}),
});

const headerNames = (): z.ZodArray<z.ZodString> =>
  z
    .array(
      z
        .string()
        .max(128)
        .regex(/^[!#$%&'+.^_`|~0-9a-z-]+\*?$|^\*$/, 'must be a lower-case header name, or the beginning of one and *'),
    )
    .max(256);

const captureStateSchema = z.enum(['recording', 'headers-only', 'paused', 'off']);

const jsonPaths = (): z.ZodArray<z.ZodString> =>
  z.array(z.string().max(1_000).refine(isJsonPath, 'must be a path like $.password or $..token')).max(256);

const captureSchema = z.strictObject({
  state: captureStateSchema
    .default('recording')
    .describe('What is recorded at first: recording, headers-only, paused or off'),
  services: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}=(recording|headers-only|paused|off)$/, 'must be like math=off'))
    .max(1_000)
    .default([])
    .describe('The same for single services, as in math=headers-only; the less of the two holds'),
  frames: z.boolean().default(false).describe('Whether frames of connections are recorded, too, without their bodies'),
  maxBodyBytes: bytes().default(MIB).describe('Bytes kept of each captured body; 0 = bodies are not captured'),
  budgetBytes: bytes()
    .default(32 * MIB)
    .describe(
      'Bytes on their way to the traffic store above which bodies, at twice as much rows, are dropped; 0 = none',
    ),
  maxRows: count()
    .default(1_000_000)
    .describe('Rows of the traffic store above which the oldest are dropped, some thousands at a time; 0 = none'),
  maxBytes: bytes()
    .default(2_048 * MIB)
    .describe('Bytes of the traffic store above which the oldest rows are dropped; 0 = none'),
  maskHeaders: headerNames()
    .default(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])
    .describe('Headers whose values are replaced before they are stored; x-* = all that begin so'),
  maskJson: jsonPaths()
    .default([])
    .describe('Paths into JSON bodies whose values are replaced before they are stored, as in $..password'),
  secretHeaders: headerNames()
    .default(['x-api-key', 'x-auth-token', 'x-csrf-token'])
    .describe('Headers whose values are stored, and replaced in exports'),
  secretJson: jsonPaths()
    .default(['$..password', '$..secret', '$..token', '$..access_token', '$..refresh_token', '$..api_key'])
    .describe('Paths into JSON bodies whose values are stored, and replaced in exports'),
});

const rate = (): z.ZodNumber => z.number().nonnegative().max(1_000_000);

const throttleSchema = z.strictObject({
  handshakesPerSec: rate()
    .default(50)
    .describe('New connections of one address a second, not counted for loopback; 0 = none'),
  handshakeBurst: count().default(100).describe('New connections of one address at once; 0 = those of a second'),
  addressRequestsPerSec: rate().default(0).describe('Requests of one address a second; 0 = none'),
  addressBurst: count().default(0).describe('Requests of one address at once; 0 = those of a second'),
  clientRequestsPerSec: rate().default(0).describe('Requests of one client a second; 0 = none'),
  clientBurst: count().default(0).describe('Requests of one client at once; 0 = those of a second'),
  clientServiceRequestsPerSec: rate().default(0).describe('Requests of one client to one service a second; 0 = none'),
  clientServiceBurst: count()
    .default(0)
    .describe('Requests of one client to one service at once; 0 = those of a second'),
  maxBuckets: count().default(10_000).describe('Addresses, clients and pairs that are counted, of each kind; 0 = none'),
});

const blockListSchema = z.strictObject({
  maxBadCredentials: count()
    .default(10)
    .describe('Bad credentials of one address within the window for which it is blocked; 0 = never'),
  maxMalformedFrames: count()
    .default(5)
    .describe('Malformed frames of one address within the window for which it is blocked; 0 = never'),
  windowMs: milliseconds().min(1).default(60_000).describe('Time within which they are counted, ms; at least 1'),
  blockForMs: milliseconds()
    .min(1)
    .default(600_000)
    .describe('Time for which the hub blocks by itself, ms; at least 1'),
  slowFromMs: milliseconds()
    .default(250)
    .describe(
      "First delay of a client's handshakes where an address would be blocked but is loopback, ms; 0 = no delay",
    ),
  slowToMs: milliseconds().max(5_000).default(5_000).describe('Longest such delay, ms; 0 = no delay'),
});

const headersSchema = z.strictObject({
  requestDeny: headerNames()
    .default([])
    .describe('Headers of requests that reach no provider; x-* = all that begin so'),
  requestAllow: headerNames()
    .default([])
    .describe('The only headers of requests that reach a provider, beside content-type and whub-trace; empty = all'),
  answerDeny: headerNames().default([]).describe('Headers of answers that reach no caller, such as set-cookie'),
  answerAllow: headerNames()
    .default([])
    .describe('The only headers of answers that reach a caller, beside content-type and whub-trace; empty = all'),
  forwardCookies: z
    .boolean()
    .default(false)
    .describe("Cookies of HTTP requests reach providers, without the hub's own"),
  trustForwarded: z
    .boolean()
    .default(false)
    .describe('What clients say in forwarded and x-forwarded-* reaches providers: for a hub behind a proxy'),
});

const corsSchema = z.strictObject({
  methods: z
    .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
    .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .describe('Methods that pages of allowedOrigins may use'),
  headers: headerNames().default(['*']).describe('Headers that they may send; * = whatever they ask for'),
  exposedHeaders: headerNames()
    .default(['*'])
    .describe('Headers of answers that they may read; * = all, which browsers do not take for credentials'),
  credentials: z
    .boolean()
    .default(false)
    .describe('Whether they may ask with cookies and with what the browser remembers of a login'),
  maxAgeSec: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe("Time for which a browser may remember a preflight's answer, s; 0 = not at all"),
});

const middlewareSchema = z
  .array(
    z.strictObject({
      file: z.string().min(1).describe('ES module that exports createMiddleware(options)'),
      options: z.record(z.string(), z.unknown()).default({}).describe('What it is called with'),
    }),
  )
  .max(64);

const authSchema = z.strictObject({
  tokenMs: milliseconds()
    .min(1_000)
    .default(15 * 60_000)
    .describe('Life of a token, ms'),
  sessionMs: milliseconds()
    .min(1_000)
    .default(12 * 60 * 60_000)
    .describe('Life of a session from login on, however often its tokens are renewed, ms'),
  signingKeyMs: z
    .int()
    .min(60_000)
    .default(30 * 24 * 60 * 60_000)
    .describe('Time after which another key signs tokens, ms'),
  signup: z.boolean().default(false).describe('Whether anyone may register a client with a password'),
});

const auditSchema = z.strictObject({
  maxRows: count().default(DEFAULT_AUDIT_LIMITS.maxRows).describe('Changes that are kept; 0 = no limit'),
  maxAgeDays: count()
    .max(36_500)
    .default(DEFAULT_AUDIT_LIMITS.maxAgeDays)
    .describe('Time for which changes are kept, days; 0 = no limit'),
});

const udpSchema = z.strictObject({
  maxDatagramBytes: z
    .int()
    .min(768)
    .max(65_507)
    .default(DEFAULT_DATAGRAM_BYTES)
    .describe('Largest datagram, bytes, its header of 28 included'),
  sessionIdleMs: milliseconds().default(120_000).describe('Silence of a client that ends its session, ms; 0 = never'),
  maxSessions: count().default(4_096).describe('Sessions at a time; 0 = none'),
  maxSessionsPerAddress: count()
    .default(64)
    .describe('Sessions of one address at a time, not counted for loopback; 0 = none'),
  replyMemoryMs: milliseconds().default(30_000).describe('Time for which an answer is kept for a repeated request, ms'),
  replyMemoryBytes: bytes().default(MIB).describe('Answers that one session keeps, bytes; 0 = none is kept'),
  totalReplyMemoryBytes: bytes()
    .default(64 * MIB)
    .describe('Answers that all sessions keep together, bytes; 0 = none is kept'),
});

const webRtcSchema = z.strictObject({
  maxPeers: count().default(256).describe('WebRTC peers, connected or about to be; 0 = none'),
  maxPeersPerAddress: count().default(32).describe('Those of one address, not counted for loopback; 0 = none'),
  ports: z
    .array(z.int().min(1).max(65_535))
    .max(2)
    .default([])
    .refine(
      ([first, last]) => first === undefined || (last !== undefined && first < last),
      'must be two ports, the lower one first',
    )
    .describe('First and last UDP port for WebRTC peers; empty = the system chooses'),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(8)
    .default([])
    .describe("Addresses of the hub's that WebRTC peers come to; empty = the one that their offer came to"),
});

/** A browser's serialised origin: scheme, host and port, in lower case, nothing behind. */
const originSchema = z
  .string()
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'must be an origin like https://example.org',
  );

const hostNameSchema = z
  .string()
  .regex(
    /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:\d{1,5})?$/,
    'must be a lower-case host name, with or without a port',
  );

/**
 * Everything about a hub that can be configured. Parsed once, frozen, and passed down in the narrow parts that each
 * module needs.
 */
export const hubConfigSchema = z.strictObject({
  dataDir: z.string().min(1).describe('Folder of hub.db; made with mode 0700 when missing'),
  host: hostSchema,
  port: z.int().min(0).max(65_535).default(7410).describe('Port for every protocol; 0 = the system chooses'),
  allowRemote: z.boolean().default(false).describe('Must be set to listen on an address that is not loopback'),
  name: z.string().min(1).max(64).default('whub').describe('Name shown to people'),
  hostNames: z
    .array(hostNameSchema)
    .max(64)
    .default([])
    .describe('Further names in Host that the hub answers to; without a port, at its own port'),
  allowedOrigins: z.array(originSchema).max(64).default([]).describe('Further origins whose pages may use the hub'),
  pageHosts: z
    .array(hostNameSchema)
    .max(64)
    .default([])
    .describe(
      "Further names in Host under which only clients' services are reached, and their pages are pages like any other",
    ),
  cors: corsSchema.prefault({}),
  transports: transportsSchema.prefault({}),
  proxyProtocol: proxyProtocolSchema.prefault({}),
  tls: tlsSchema.prefault({}),
  drainTimeoutMs: milliseconds()
    .default(5000)
    .describe('Time for work in flight to finish at a stop, ms; 0 = none is given'),
  limits: limitsSchema.prefault({}),
  capture: captureSchema.prefault({}),
  auth: authSchema.prefault({}),
  throttle: throttleSchema.prefault({}),
  blockList: blockListSchema.prefault({}),
  headers: headersSchema.prefault({}),
  audit: auditSchema.prefault({}),
  udp: udpSchema.prefault({}),
  middleware: middlewareSchema.default([]).describe('What every request passes, in this order; see docs/middleware.md'),
  resilience: resilienceSchema.prefault({}),
  webRtc: webRtcSchema.prefault({}),
  supervision: supervisionSchema.prefault({}),
});

export type HubConfig = Readonly<z.output<typeof hubConfigSchema>>;
export type HubConfigInput = z.input<typeof hubConfigSchema>;

/** The addresses to listen on, one or more. */
export function listenHosts({ host }: Pick<HubConfig, 'host'>): readonly string[] {
  return typeof host === 'string' ? [host] : host;
}

/**
 * @param describe how a setting is called in an error: `limits.maxFrameBytes`, and where its value comes from
 * @throws {HubStartError} naming every setting that is wrong
 */
export function parseHubConfig(raw: unknown, describe: (name: string) => string = (name) => name): HubConfig {
  const parsed = hubConfigSchema.safeParse(raw);
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${describe(path.join('.')) || 'configuration'}: ${message}`,
  );
  throw new HubStartError(`Cannot use the configuration: ${faults.join('; ')}`);
}
