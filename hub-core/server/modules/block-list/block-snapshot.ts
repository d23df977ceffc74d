/** Someone who may not come in, as the console and the command line show it. */
export interface BlockSnapshot {
  readonly kind: 'address' | 'client';
  readonly target: string;
  readonly reason: string;
  readonly source: 'manual' | 'auto';
  readonly createdAtMs: number;
  /** Null = until it is taken off. */
  readonly expiresAtMs: number | null;
}

export interface NewBlock {
  readonly kind: 'address' | 'client';
  readonly target: string;
  readonly reason: string;
  /** 0 = until it is taken off. */
  readonly forMs: number;
}
