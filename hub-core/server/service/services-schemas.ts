import { z } from 'zod';
import { schemaOf } from './schema-of.ts';
import { POLICY_NAMES } from './service-view.ts';

const count = z.int().nonnegative();
const contract = z.union([z.boolean(), z.record(z.string(), z.unknown())]).describe('JSON Schema');
const method = z.enum(['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const route = z.strictObject({
  pattern: z.string(),
  methods: z.array(method).optional().describe('absent = all'),
  summary: z.string(),
  request_schema: contract.optional(),
  response_schema: contract.optional(),
  idempotent: z.boolean(),
  timeout_ms: z.int().positive().optional(),
  stream: z.boolean(),
});

const service = z.strictObject({
  id: z.string(),
  description: z.string(),
  version: z.string(),
  access: z.enum(['socket', 'http', 'both']),
  policy: z.enum(POLICY_NAMES),
  sticky_header: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()),
  creator: z.string().describe('Client that may update it'),
  routes: z.array(route),
  providers: count,
  queued: count,
  empty_since_ms: z.number().nullable().describe('Since when it has no provider; null while it has one'),
});

const builtIn = z.strictObject({
  id: z.string(),
  built_in: z.literal(true),
  description: z.string(),
  routes: z.array(
    z.strictObject({
      pattern: z.string(),
      methods: z.array(method).optional().describe('absent = all'),
      summary: z.string(),
      access: z.enum(['anonymous', 'client', 'manager', 'self']),
      request_schema: contract.optional(),
      response_schema: contract.optional(),
    }),
  ),
});

const provider = z.strictObject({
  provider: z.string(),
  client: z.string(),
  state: z.enum(['ready', 'saturated', 'draining', 'ejected', 'half-open', 'suspect']),
  weight: z.int().positive(),
  in_flight: count,
  max_in_flight: count.describe('0 = no limit'),
  calls: count,
  errors: count,
  warnings: count,
  latency_p50_ms: z.number().nullable(),
  latency_p95_ms: z.number().nullable(),
  since_ms: z.number(),
  last_failure: z.string().nullable(),
});

const watched = service.extend({
  health: z.enum(['serving', 'degraded', 'not-serving']),
  provider_ids: z.array(z.string()),
});

const channel = { service: z.string(), provider: z.string() };

/** What the routes below `/services` answer, as their descriptions show it. */
export const SERVICES_ANSWERS = {
  registered: schemaOf(z.strictObject({ ...channel, created: z.boolean(), providers: count })),
  unregistered: schemaOf(z.strictObject({ ...channel, providers: count })),
  draining: schemaOf(z.strictObject({ ...channel, in_flight: count })),
  service: schemaOf(service),
  services: schemaOf(z.array(service)),
  oneService: { anyOf: [schemaOf(service), schemaOf(builtIn)] },
  providers: schemaOf(z.array(provider)),
  watched: schemaOf(z.array(watched)),
} as const;
