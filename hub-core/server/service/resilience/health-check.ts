import { z } from 'zod';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { splitPath } from '../../../common/route/path.ts';

/** How a service wants to be asked after its health. */
export interface HealthCheck {
  /** Relative to the service: `/health`. */
  readonly path: string;
  /** Undefined: the hub's default. */
  readonly intervalMs: number | undefined;
}

const MIN_INTERVAL_MS = 500;
const MAX_INTERVAL_MS = 3_600_000;

function isPath(path: string): boolean {
  try {
    splitPath(path);
    return true;
  } catch {
    return false;
  }
}

const pathSchema = z
  .string()
  .regex(/^\/[^?#]{0,500}$/)
  .refine(isPath);
const intervalSchema = z.int().min(MIN_INTERVAL_MS).max(MAX_INTERVAL_MS).optional();

function refused(key: string, value: unknown, rule: string): RequestError {
  const shown = (JSON.stringify(value) ?? 'absent').slice(0, 80);
  return new RequestError('BAD_REQUEST_ERR', `Cannot take the metadata: "metadata.${key}" is ${shown}: ${rule}`);
}

/**
 * Reads `health` and `health_interval_ms` of a service's metadata.
 *
 * @returns undefined when the service does not want to be asked
 * @throws {RequestError} BAD_REQUEST_ERR when one of them cannot be used
 */
export function parseHealthCheck(metadata: Readonly<Record<string, unknown>>): HealthCheck | undefined {
  const { health, health_interval_ms: interval } = metadata;
  const intervalMs = intervalSchema.safeParse(interval);
  if (!intervalMs.success) {
    throw refused(
      'health_interval_ms',
      interval,
      `must be ${String(MIN_INTERVAL_MS)} to ${String(MAX_INTERVAL_MS)} ms`,
    );
  }
  if (health === undefined) return undefined;
  const path = pathSchema.safeParse(health);
  if (!path.success) throw refused('health', health, 'must be a path of the service, like "/health"');
  return { path: path.data, intervalMs: intervalMs.data };
}
