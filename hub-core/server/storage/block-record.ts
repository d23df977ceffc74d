/** Someone who may not come in. */
export interface BlockRecord {
  readonly kind: 'address' | 'client';
  /** An address, a range like `10.0.0.0/8`, or a client's id. */
  readonly target: string;
  /** For people. */
  readonly reason: string;
  /** `auto`: the hub did it by itself. */
  readonly source: 'manual' | 'auto';
  /** Wall ms. */
  readonly createdAtMs: number;
  /** Wall ms; null = until it is taken off. */
  readonly expiresAtMs: number | null;
}
