/** Something that was changed, and who did it. Never a key, a password or a body. */
export interface AuditEntry {
  /** Wall ms. */
  readonly atMs: number;
  /** A client's id; `console`; of the command line the system's user; `hub` when it did so by itself. */
  readonly actor: string;
  /** How it came: a connection, an HTTP request, the console or the embedding program, the command line, the hub itself. */
  readonly via: 'socket' | 'http' | 'console' | 'cli' | 'hub';
  /** Null inside this machine's hub or data folder. */
  readonly address: string | null;
  /** `clients.revoke`; of a built-in service its method and route: `PUT /clients/:id`. */
  readonly action: string;
  /** What was changed: a client, a path, a service, an address. */
  readonly target: string;
  /** What of it, in a few words; '' = there is nothing more to say. */
  readonly detail: string;
}

export interface AuditRecord extends AuditEntry {
  /** Grows by one with each. */
  readonly id: number;
}

export interface AuditLimits {
  /** 0 = none. */
  readonly maxRows: number;
  /** 0 = none. */
  readonly maxAgeDays: number;
}

export const DEFAULT_AUDIT_LIMITS: AuditLimits = Object.freeze({ maxRows: 10_000, maxAgeDays: 90 });

const MAX_TEXT_CHARS = 500;

/** What a person or a client chose, cut to what is kept. */
export function auditText(text: string): string {
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
}
