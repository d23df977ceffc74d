/** The only fields a log line carries beside its text. Never payloads, never credentials. */
export interface LogFields {
  readonly module?: string;
  readonly connectionId?: string;
  readonly clientId?: string;
  readonly service?: string;
  readonly provider?: string;
  readonly method?: string;
  readonly correlationId?: number;
  readonly traceId?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly bytes?: number;
  readonly address?: string;
  readonly port?: number;
  readonly reason?: string;
  readonly error?: unknown;
}

/**
 * error: a person must look. warn: degraded, heals by itself. info: lifecycle. debug: per call. trace: per frame.
 */
export interface Logger {
  error(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  debug(fields: LogFields, text: string): void;
  trace(fields: LogFields, text: string): void;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

/** Drops everything; for programs that embed a hub without wanting its log. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  trace() {},
  child: () => silentLogger,
};
