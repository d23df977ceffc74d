import type { ClientId } from '../../../common/base/ids.ts';

/** A key, token or password that was proved. */
export interface Verdict {
  readonly clientId: ClientId;
  /** As in the principal: `key:<id>`, `session:<id>` or `password:<fingerprint>`. */
  readonly credential: string;
  /** Wall ms; a key or a password has none. */
  readonly expiresAtMs?: number;
}

/** Which keys, tokens and passwords were proved, by their hash: they themselves are not kept. Bounded; the longest known goes first. */
export class VerdictCache {
  readonly #limit: number;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#verdicts.size;
  }

  get(hash: Buffer): Verdict | undefined {
    return this.#verdicts.get(hash.toString('latin1'));
  }

  set(hash: Buffer, verdict: Verdict): void {
    const oldest = this.#verdicts.size >= this.#limit ? this.#verdicts.keys().next() : undefined;
    if (oldest?.done === false) this.#verdicts.delete(oldest.value);
    this.#verdicts.set(hash.toString('latin1'), verdict);
  }

  deleteClient(client: ClientId): void {
    for (const [hash, { clientId }] of this.#verdicts) if (clientId === client) this.#verdicts.delete(hash);
  }

  clear(): void {
    this.#verdicts.clear();
  }
}
