import { z } from 'zod';
import { isServiceId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { parseMethod } from '../../common/protocol/words.ts';
import { ALL_METHODS } from '../../common/route/route-table.ts';
import { parsePattern } from '../../common/route/pattern.ts';
import { firstFault } from './built-in-body.ts';
import { parseHealthCheck } from './resilience/health-check.ts';
import type { RouteDefinition } from './route-definition.ts';
import { schemaOf } from './schema-of.ts';
import { POLICY_NAMES } from './service-view.ts';
import { buildRoutes, type ServiceDefinition } from './service.ts';

/** A provider's wish to be a channel of a service, checked. */
export interface Registration {
  readonly definition: ServiceDefinition;
  readonly weight: number;
  /** 0 = no limit; undefined = the hub's default. */
  readonly maxInFlight: number | undefined;
}

/** A change of a service as a whole, checked. */
export interface ServiceUpdate {
  readonly id: string;
  readonly changes: Partial<Omit<ServiceDefinition, 'id'>>;
}

/** Largest body of a registration or an update, bytes: the schemas of all routes are the most of it. */
export const MAX_REGISTRATION_BYTES = 2 << 20;
/** Of a service: each path that is not cached may have to be held against all of them. */
const MAX_ROUTES = 1_000;
/** Largest metadata as JSON text, characters: `GET /services/` gives them out for all services together. */
const MAX_METADATA = 65_536;
const DAY_MS = 86_400_000;

const serviceId = z.string().refine(isServiceId, 'must match [a-z0-9][a-z0-9._-]{0,63}');

const pattern = z.string().check((context) => {
  try {
    parsePattern(context.value);
  } catch (error) {
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: error instanceof Error ? error.message : String(error),
    });
  }
});

const method = z.string().transform((word, context) => {
  const parsed = parseMethod(word);
  if (parsed === undefined) {
    context.issues.push({
      code: 'custom',
      input: word,
      message: 'must be CALL, GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS',
    });
    return z.NEVER;
  }
  return parsed;
});

const jsonSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);

const route = z
  .strictObject({
    pattern,
    methods: z.array(method).min(1, 'must name a method, or be absent for all').max(ALL_METHODS.length).optional(),
    summary: z.string().max(500).default(''),
    request_schema: jsonSchema.optional(),
    response_schema: jsonSchema.optional(),
    idempotent: z.boolean().default(false),
    timeout_ms: z.int().positive().max(DAY_MS).optional(),
    stream: z.boolean().default(false),
  })
  .transform((value): RouteDefinition => ({
    pattern: value.pattern,
    methods: ALL_METHODS.filter((each) => value.methods?.includes(each) === true),
    summary: value.summary,
    requestSchema: value.request_schema,
    responseSchema: value.response_schema,
    idempotent: value.idempotent,
    timeoutMs: value.timeout_ms,
    stream: value.stream,
  }));

/** What `register` and `update` have in common. */
const shared = {
  description: z.string().max(4_000),
  version: z.string().max(100),
  access: z.enum(['socket', 'http', 'both']),
  policy: z.enum(POLICY_NAMES),
  sticky_header: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be a header name')
    .toLowerCase(),
  metadata: z.record(z.string(), z.unknown()),
};

const routes = z.array(route).min(1, 'must hold a route').max(MAX_ROUTES);

const registrationSchema = z.strictObject({
  id: serviceId,
  routes,
  description: shared.description.default(''),
  version: shared.version.default(''),
  access: shared.access.default('both'),
  policy: shared.policy.default('round-robin'),
  sticky_header: shared.sticky_header.optional(),
  metadata: shared.metadata.default({}),
  max_in_flight: z.int().nonnegative().max(1_000_000).optional(),
  weight: z.int().min(1).max(1_000).default(1),
});

const updateSchema = z.strictObject({
  id: serviceId,
  routes: routes.optional(),
  description: shared.description.optional(),
  version: shared.version.optional(),
  access: shared.access.optional(),
  policy: shared.policy.optional(),
  sticky_header: shared.sticky_header.optional(),
  metadata: shared.metadata.optional(),
});

const namedSchema = z.strictObject({ id: serviceId });

/** What the routes below `/services` take, as their descriptions show it. */
export const BODY_SCHEMAS = {
  register: schemaOf(registrationSchema),
  update: schemaOf(updateSchema),
  named: schemaOf(namedSchema),
} as const;

const MAX_SHOWN = 80;

/** `"routes[0].pattern"`: where in the body something is wrong. */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the body' : `"${text.replace(/^\./, '')}"`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  );
}

function parse<T>(schema: z.ZodType<T>, body: unknown, action: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { path, reason, isTooLong } = firstFault(result.error);
  throw new RequestError(
    isTooLong ? 'TOO_LARGE_ERR' : 'BAD_REQUEST_ERR',
    `Cannot ${action}: ${placeOf(path)} is ${shown(valueAt(body, path))}: ${reason}`,
  );
}

/** @throws {RequestError} BAD_REQUEST_ERR for what the hub reads of it and cannot use; TOO_LARGE_ERR */
function checkMetadata(metadata: ServiceDefinition['metadata'], action: string): void {
  const { length } = JSON.stringify(metadata);
  if (length > MAX_METADATA) {
    throw new RequestError(
      'TOO_LARGE_ERR',
      `Cannot ${action}: "metadata" has ${String(length)} characters as text, and ${String(MAX_METADATA)} is the most`,
    );
  }
  parseHealthCheck(metadata);
}

/**
 * @throws {RequestError} BAD_REQUEST_ERR that names the first bad value; also for two routes that match the same requests;
 *   TOO_LARGE_ERR for too many routes or too much metadata
 */
export function parseRegistration(body: unknown): Registration {
  const value = parse(registrationSchema, body, 'register the service');
  if (value.policy === 'sticky' && value.sticky_header === undefined) {
    throw new RequestError(
      'BAD_REQUEST_ERR',
      `Cannot register service "${value.id}": policy "sticky" needs a "sticky_header"`,
    );
  }
  buildRoutes(value.routes);
  checkMetadata(value.metadata, 'register the service');
  return {
    definition: {
      id: value.id,
      routes: value.routes,
      description: value.description,
      version: value.version,
      access: value.access,
      policy: value.policy,
      stickyHeader: value.sticky_header,
      metadata: value.metadata,
    },
    weight: value.weight,
    maxInFlight: value.max_in_flight,
  };
}

/** @throws {RequestError} BAD_REQUEST_ERR that names the first bad value; TOO_LARGE_ERR as at a registration */
export function parseUpdate(body: unknown): ServiceUpdate {
  const { id, sticky_header: stickyHeader, ...given } = parse(updateSchema, body, 'update the service');
  if (given.routes !== undefined) buildRoutes(given.routes);
  if (given.metadata !== undefined) checkMetadata(given.metadata, 'update the service');
  const named = Object.entries({ ...given, stickyHeader }).filter(([, value]) => value !== undefined);
  return { id, changes: Object.fromEntries(named) as ServiceUpdate['changes'] };
}

/** The body of `unregister` and `drain`. @throws {RequestError} BAD_REQUEST_ERR */
export function parseNamedService(body: unknown, action: string): string {
  return parse(namedSchema, body, `${action} the service`).id;
}
