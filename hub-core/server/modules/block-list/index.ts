import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import { canonicalAddress, isLoopbackAddress, networkOf } from '../../address.ts';
import type { Credential } from '../../access/authenticator.ts';
import { credentialSubject } from '../../access/credential-subject.ts';
import type { Bar, Gate, Offence } from '../../access/gate.ts';
import type { BlockRecord } from '../../storage/block-record.ts';
import type { BlockStore } from '../../storage/block-store.ts';
import { blockTarget, newBlock, type BlockRequest } from '../../storage/new-block.ts';
import type { BlockSnapshot } from './block-snapshot.ts';
import { BlockTable, isCurrent } from './block-table.ts';
import { Offenders } from './offenders.ts';

/** Other programs' changes hold after this at the latest. */
const POLL_MS = 500;
const SWEEP_MS = 60_000;
/** Most blocks that the hub makes by itself. */
const MAX_AUTOMATIC = 10_000;
/** When who is blocked without an end may ask whether that still holds. */
const ASK_AGAIN_MS = 3_600_000;

const REASON: Readonly<Record<Offence, string>> = {
  credential: 'repeated bad credentials',
  frame: 'repeated malformed frames',
};

export interface BlockListConfig {
  /** 0 = nobody is blocked for it. */
  readonly maxBadCredentials: number;
  /** 0 = nobody is blocked for it. */
  readonly maxMalformedFrames: number;
  readonly windowMs: number;
  readonly blockForMs: number;
  readonly slowFromMs: number;
  readonly slowToMs: number;
}

export interface BlockListDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: BlockListConfig;
  /** Asked for at start: a database is open only then. */
  readonly store: () => BlockStore;
}

/** Addresses and clients that may not come in, kept over restarts, and the counting of who earns a place among them. */
export interface BlockList extends Module, Pick<Gate, 'barOf' | 'admitClient' | 'judgeDelayMs' | 'noteOffence'> {
  /** Oldest first. */
  list(): readonly BlockSnapshot[];
  /** Replaces the block of the same target. @throws {RequestError} BAD_REQUEST_ERR, UNAVAILABLE_ERR */
  add(block: BlockRequest): BlockSnapshot;
  /** @returns false when there was none @throws {RequestError} BAD_REQUEST_ERR, UNAVAILABLE_ERR */
  remove(kind: BlockSnapshot['kind'], target: string): boolean;
  /** A client that was let in until now is not any more. */
  readonly onDidBlockClient: Event<string>;
  /** The hub blocked an address by itself. */
  readonly onDidBlockByItself: Event<BlockSnapshot>;
}

/** @returns a module that starts after `storage` */
export function createBlockList(deps: BlockListDeps): BlockList {
  return new StoredBlockList(deps);
}

class StoredBlockList implements BlockList {
  readonly name = 'block-list';
  readonly dependsOn: readonly string[] = ['storage'];
  readonly #deps: BlockListDeps;
  readonly #offenders: Offenders;
  readonly #blockedClient = new Emitter<string>();
  readonly #blockedByItself = new Emitter<BlockSnapshot>();
  #store: BlockStore | undefined;
  #running: DisposableStack | undefined;
  #blocks: readonly BlockRecord[] = [];
  #table = new BlockTable([]);
  #automatic = 0;
  #refusals = 0;
  #failing = false;

  readonly onDidBlockClient = this.#blockedClient.event;
  readonly onDidBlockByItself = this.#blockedByItself.event;

  constructor(deps: BlockListDeps) {
    this.#deps = deps;
    this.#offenders = new Offenders(deps.config);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { clock, store } = this.#deps;
    using setup = new DisposableStack();
    this.#store = store();
    this.#use(this.#store.all());
    setup.use(clock.every(POLL_MS, () => this.#poll()));
    setup.use(clock.every(SWEEP_MS, () => this.#sweep()));
    this.#running = setup.move();
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#running?.dispose();
    this.#running = undefined;
    this.#store = undefined;
  }

  health(): ModuleHealth {
    if (this.#running === undefined) return { state: 'not-serving' };
    const detail = `${String(this.#blocks.length)} blocks`;
    return this.#failing
      ? { state: 'degraded', detail: `${detail}; cannot read or write them` }
      : { state: 'serving', detail };
  }

  metrics(): readonly MetricSample[] {
    return [
      {
        name: 'blocks',
        help: 'Addresses and clients on the block list.',
        kind: 'gauge',
        value: this.#blocks.length,
      },
      {
        name: 'automatic_total',
        help: 'Addresses that the hub blocked by itself.',
        kind: 'counter',
        value: this.#automatic,
      },
      {
        name: 'refusals_total',
        help: 'Connections, requests and credentials refused because of a block.',
        kind: 'counter',
        value: this.#refusals,
      },
      {
        name: 'offenders',
        help: 'Addresses and clients whose failures are remembered.',
        kind: 'gauge',
        value: this.#offenders.size,
      },
    ];
  }

  list(): readonly BlockSnapshot[] {
    const wallMs = this.#deps.clock.wallMs();
    return this.#blocks.filter((block) => isCurrent(block, wallMs));
  }

  add(request: BlockRequest): BlockSnapshot {
    const block = newBlock(request, this.#deps.clock.wallMs());
    this.#open().put(block);
    this.#reload();
    return block;
  }

  remove(kind: BlockSnapshot['kind'], target: string): boolean {
    const removed = this.#open().remove(kind, blockTarget({ kind, target }));
    this.#reload();
    return removed;
  }

  barOf(address: string): Bar | undefined {
    const wallMs = this.#deps.clock.wallMs();
    const block = this.#table.ofAddress(address, wallMs);
    if (block === undefined || isLoopbackAddress(address)) return undefined;
    this.#refusals += 1;
    return { error: refusal('this address', block, wallMs), unlessProven: block.source === 'auto' };
  }

  admitClient(client: string): void {
    const wallMs = this.#deps.clock.wallMs();
    const block = this.#table.ofClient(client, wallMs);
    if (block === undefined) return;
    this.#refusals += 1;
    throw refusal(`client "${client}"`, block, wallMs);
  }

  judgeDelayMs(address: string, credential: Credential | undefined): number {
    const subject = credentialSubject(credential);
    if (subject === undefined || !isLoopbackAddress(address)) return 0;
    return this.#offenders.delayMs(subject, this.#deps.clock.nowMs());
  }

  noteOffence(address: string, offence: Offence, subject: string | undefined): void {
    const nowMs = this.#deps.clock.nowMs();
    if (isLoopbackAddress(address)) {
      if (subject !== undefined) this.#offenders.noteAtLoopback(subject, offence, nowMs);
    } else if (canonicalAddress(address) !== undefined && this.#offenders.note(address, offence, nowMs)) {
      this.#blockByItself(networkOf(address), REASON[offence]);
    }
  }

  #blockByItself(target: string, reason: string): void {
    const { clock, config, log } = this.#deps;
    // A person's block of the same address lasts as that person wants.
    if (this.#table.ofAddress(target.replace(/\/\d+$/, ''), clock.wallMs()) !== undefined) return;
    const createdAtMs = Math.trunc(clock.wallMs());
    const expiresAtMs = createdAtMs + config.blockForMs;
    const block: BlockRecord = { kind: 'address', target, reason, source: 'auto', createdAtMs, expiresAtMs };
    const others = this.#blocks.filter((other) => other.kind !== 'address' || other.target !== target);
    if (others.filter(({ source }) => source === 'auto').length >= MAX_AUTOMATIC) return;
    this.#use([...others, block]);
    this.#automatic += 1;
    log.warn({ address: target, reason, durationMs: config.blockForMs }, 'address blocked');
    this.#attempt(() => this.#open().put(block));
    this.#blockedByItself.emit(block);
  }

  #poll(): void {
    this.#attempt(() => {
      if (this.#open().hasChanged()) this.#reload();
    });
  }

  #sweep(): void {
    this.#offenders.sweep(this.#deps.clock.nowMs());
    const wallMs = this.#deps.clock.wallMs();
    if (this.#blocks.every((block) => isCurrent(block, wallMs))) return;
    this.#attempt(() => {
      this.#open().expire(wallMs);
      this.#reload();
    });
  }

  /** Work in the background has nobody to throw to: it is tried again at its next turn. */
  #attempt(work: () => void): void {
    try {
      work();
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      this.#deps.log.warn({ module: this.name, error }, 'cannot read or write the block list');
    }
  }

  #reload(): void {
    this.#use(this.#open().all());
  }

  #use(blocks: readonly BlockRecord[]): void {
    const before = this.#table;
    const wallMs = this.#deps.clock.wallMs();
    this.#blocks = blocks;
    this.#table = new BlockTable(blocks);
    for (const client of this.#table.clients) {
      const isNew = before.ofClient(client, wallMs) === undefined;
      if (isNew && this.#table.ofClient(client, wallMs) !== undefined) this.#blockedClient.emit(client);
    }
  }

  #open(): BlockStore {
    if (this.#store === undefined)
      throw new TypeError('Cannot change the block list: the module "block-list" does not run');
    return this.#store;
  }
}

function refusal(who: string, { reason, expiresAtMs }: BlockRecord, wallMs: number): RequestError {
  const retryAfterMs = expiresAtMs === null ? ASK_AGAIN_MS : Math.max(1, Math.ceil(expiresAtMs - wallMs));
  const until = expiresAtMs === null ? 'until a manager takes that back' : 'for a while, try again later';
  const why = reason === '' ? '' : ` (${reason})`;
  return new RequestError('THROTTLED_ERR', `Cannot let ${who} in: it is blocked${why} ${until}`, {
    extra: { retry_after_ms: retryAfterMs },
  });
}
