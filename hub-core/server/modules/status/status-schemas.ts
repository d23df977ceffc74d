import { z } from 'zod';

const count = z.int().nonnegative();
const milliseconds = z.number().nullable().describe('ms; null when nothing was answered in the last second');
const health = z.enum(['serving', 'degraded', 'not-serving']);

export const infoSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  protocol: z.string(),
  started_at: z.iso.datetime(),
  client: z.string().describe('Who asks'),
  role: z.string(),
  request_limits: z.strictObject({
    max_frame_bytes: z.int().nonnegative().describe('Largest message, bytes; 0 = none'),
    default_timeout_ms: z.number().nonnegative().describe('Budget of a request that names none; 0 = none'),
    max_timeout_ms: z.number().nonnegative().describe('Largest budget of a request; 0 = none'),
  }),
});

export const limitSchema = z.strictObject({
  name: z.string(),
  help: z.string(),
  unit: z.enum(['connections', 'requests', 'services', 'bytes']),
  used: z.number().nonnegative().describe('Now; where each of many has that limit, the use of the one nearest to it'),
  limit: z.number().nonnegative().nullable().describe('null = none'),
  at: z.string().optional().describe('Which of the many that is; for managers'),
});

export const figuresSchema = infoSchema.extend({
  connections: count,
  clients: count,
  services: count,
  providers: count,
  in_flight: count,
  queued: count,
  requests_per_sec: z.number(),
  replies_per_sec: z.number(),
  errors_per_sec: z.number(),
  latency_ms: z.strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds }),
  event_loop_delay_ms: z.number(),
  rss_bytes: count,
  limits: z.array(limitSchema),
});

export const servicesSchema = z.strictObject({
  services: z.array(
    z.strictObject({
      id: z.string(),
      built_in: z.boolean(),
      health,
      providers: count,
      ready: count,
      queued: count,
      calls: count,
      errors: count,
    }),
  ),
});

const metricSchema = z.strictObject({
  name: z.string(),
  help: z.string(),
  kind: z.enum(['counter', 'gauge']),
  value: z.number(),
  labels: z.record(z.string(), z.string()).optional(),
});

export const modulesSchema = z.strictObject({
  modules: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['created', 'starting', 'running', 'draining', 'stopping', 'stopped', 'failed']),
      health: z.strictObject({ state: health, detail: z.string().optional() }),
      depends_on: z.array(z.string()),
      metrics: z.array(metricSchema),
    }),
  ),
});
