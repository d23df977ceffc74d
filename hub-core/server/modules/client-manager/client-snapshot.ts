export interface CredentialSnapshot {
  readonly id: string;
  /** First characters of the key, enough to recognise it. */
  readonly prefix: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
}

export interface ClientSnapshot {
  readonly client: string;
  readonly mayCall: readonly string[];
  readonly mayProvide: readonly string[];
  readonly role: 'client' | 'provider' | 'manager' | 'root';
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly connections: number;
  readonly credentials: readonly CredentialSnapshot[];
}

/** A key in clear, returned once at creation and never again. */
export interface IssuedKey {
  readonly client: string;
  readonly key: string;
}
