import { canonicalAddress, networkOf, parseAddressRange, type AddressRange } from '../../address.ts';
import type { BlockRecord } from '../../storage/block-record.ts';

interface RangeBlock {
  readonly range: AddressRange;
  readonly block: BlockRecord;
}

/** Those that the hub blocks by itself are looked up, not searched for: there may be many. */
const isNetwork = (target: string): boolean => target.includes(':') && target.endsWith('/64');

/** Who is blocked, ready to be asked. Replaced as a whole when the list changes. */
export class BlockTable {
  readonly #addresses = new Map<string, BlockRecord>();
  readonly #clients = new Map<string, BlockRecord>();
  readonly #ranges: RangeBlock[] = [];

  constructor(blocks: readonly BlockRecord[]) {
    for (const block of blocks) {
      const { kind, target } = block;
      const range = kind === 'address' && target.includes('/') ? parseAddressRange(target) : undefined;
      if (kind === 'client') this.#clients.set(target, block);
      else if (range === undefined || isNetwork(target)) this.#addresses.set(target, block);
      else this.#ranges.push({ range, block });
    }
  }

  get clients(): Iterable<string> {
    return this.#clients.keys();
  }

  /** Of several, one that lasts longest is not looked for: any will do to refuse. */
  ofAddress(address: string, wallMs: number): BlockRecord | undefined {
    if (this.#addresses.size === 0 && this.#ranges.length === 0) return undefined;
    const canonical = canonicalAddress(address);
    if (canonical === undefined) return undefined;
    const exact = this.#addresses.get(canonical) ?? this.#addresses.get(networkOf(canonical));
    if (exact !== undefined && isCurrent(exact, wallMs)) return exact;
    return this.#ranges.find(({ range, block }) => isCurrent(block, wallMs) && range.contains(canonical))?.block;
  }

  ofClient(client: string, wallMs: number): BlockRecord | undefined {
    const block = this.#clients.get(client);
    return block !== undefined && isCurrent(block, wallMs) ? block : undefined;
  }
}

export function isCurrent({ expiresAtMs }: BlockRecord, wallMs: number): boolean {
  return expiresAtMs === null || expiresAtMs > wallMs;
}
