import { describe, expect, it } from 'vitest';
import { HubError } from '../../../common/errors/hub-error.ts';
import { silentLogger } from '../../../common/log/logger.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { temporaryFolder } from '../../../test/support/traffic.ts';
import { parseHubConfig } from '../../hub/config.ts';
import { BlockStore } from '../../storage/block-store.ts';
import { openHubDatabase } from '../../storage/database.ts';
import { createBlockList, type BlockList } from './index.ts';

const CONFIG = parseHubConfig({ dataDir: '/d' }).blockList;
const STRANGER = '192.0.2.9:4711';
const LOOPBACK = '127.0.0.1:4711';
const never = new AbortController().signal;

class Stage implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly folder = temporaryFolder();
  readonly #stack = new DisposableStack();
  list: BlockList;

  constructor() {
    this.list = this.#create();
  }

  static async started(): Promise<Stage> {
    const stage = new Stage();
    await stage.list.start(never);
    return stage;
  }

  /** As after a restart of the hub. */
  async restart(): Promise<void> {
    await this.list.stop();
    this.list = this.#create();
    await this.list.start(never);
  }

  offend(offence: 'credential' | 'frame', times: number, address = STRANGER): void {
    for (let i = 0; i < times; i += 1) this.list.noteOffence(address, offence, 'cat');
  }

  /** What a refusal says, '' when there is none. */
  refusal(client: string): string {
    try {
      this.list.admitClient(client);
      return '';
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return `${String(error.status)} ${String(error.extra?.['retry_after_ms'])}`;
    }
  }

  /** On a connection of its own, as the command line has beside a running hub. */
  elsewhere(): BlockStore {
    return new BlockStore(this.#stack.use(openHubDatabase(this.folder.path)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.list.stop();
    this.#stack.dispose();
    this.folder[Symbol.dispose]();
  }

  #create(): BlockList {
    const store = (): BlockStore => new BlockStore(this.#stack.use(openHubDatabase(this.folder.path)));
    return createBlockList({ clock: this.clock, log: silentLogger, config: CONFIG, store });
  }
}

describe('createBlockList', () => {
  it.each([
    ['credential', 10],
    ['frame', 5],
  ] as const)('[BL2] blocks an address for 10 minutes after repeated offences: %s', async (offence, most) => {
    await using stage = await Stage.started();
    stage.offend(offence, most - 1);
    expect(stage.list.barOf(STRANGER)).toBeUndefined();
    stage.offend(offence, 1);
    const bar = stage.list.barOf('192.0.2.9:80');
    expect(bar?.unlessProven).toBe(true);
    expect([bar?.error.status, bar?.error.extra]).toEqual([429, { retry_after_ms: 600_000 }]);
    expect(stage.list.barOf('192.0.2.8:80')).toBeUndefined();
    stage.clock.advance(600_000);
    expect(stage.list.barOf(STRANGER)).toBeUndefined();
  });

  it('[BL2] offences that lie further apart than a minute do not add up', async () => {
    await using stage = await Stage.started();
    for (let i = 0; i < 30; i += 1) {
      stage.offend('credential', 1);
      stage.clock.advance(7_000);
    }
    expect(stage.list.list()).toEqual([]);
  });

  it.each(['127.0.0.1:1', '127.8.8.8:1', '[::1]:1', '::ffff:127.0.0.1', 'memory'])(
    '[BL3] never blocks %s',
    async (address) => {
      await using stage = await Stage.started();
      stage.offend('credential', 100, address);
      stage.offend('frame', 100, address);
      expect([stage.list.list(), stage.list.barOf(address)]).toEqual([[], undefined]);
    },
  );

  it('[BL3] a range that a person blocks does not hold for loopback', async () => {
    await using stage = await Stage.started();
    stage.list.add({ kind: 'address', target: '0.0.0.0/0', reason: '', forMs: 0 });
    expect([stage.list.barOf(LOOPBACK), stage.list.barOf(STRANGER)?.unlessProven]).toEqual([undefined, false]);
  });

  it('[BL4] at loopback the named client is judged later with each failure, up to 5 s, until it was quiet', async () => {
    await using stage = await Stage.started();
    const delay = (client: string, address = LOOPBACK): number => stage.list.judgeDelayMs(address, { client });
    stage.offend('credential', 9, LOOPBACK);
    expect(delay('cat')).toBe(0);
    const delays = Array.from({ length: 7 }, () => {
      stage.offend('credential', 1, LOOPBACK);
      return delay('cat');
    });
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect([delay('dog'), delay('cat', STRANGER), stage.list.judgeDelayMs(LOOPBACK, undefined)]).toEqual([0, 0, 0]);
    stage.clock.advance(60_000);
    expect(delay('cat')).toBe(0);
  });

  it('[BL5] what a person blocks survives a restart and ends when it is taken off', async () => {
    await using stage = await Stage.started();
    const block = stage.list.add({ kind: 'address', target: '10.1.2.3/8', reason: 'noise', forMs: 0 });
    expect(block).toMatchObject({ target: '10.0.0.0/8', source: 'manual', expiresAtMs: null });
    await stage.restart();
    expect(stage.list.list()).toEqual([block]);
    expect(stage.list.barOf('10.9.9.9')?.error.message).toContain('noise');
    expect([stage.list.remove('address', '10.0.0.0/8'), stage.list.remove('address', '10.0.0.0/8')]).toEqual([
      true,
      false,
    ]);
    expect(stage.list.barOf('10.9.9.9')).toBeUndefined();
  });

  it('[BL5] what the hub blocked survives a restart too', async () => {
    await using stage = await Stage.started();
    stage.offend('frame', 5);
    await stage.restart();
    expect(stage.list.barOf(STRANGER)?.unlessProven).toBe(true);
  });

  it('[BL5] expired blocks are deleted', async () => {
    await using stage = await Stage.started();
    stage.list.add({ kind: 'client', target: 'cat', reason: '', forMs: 1000 });
    stage.clock.advance(61_000);
    expect(stage.elsewhere().all()).toEqual([]);
  });

  it('[BL6] a blocked client is refused with 429 and told when to come again, and announced once', async () => {
    await using stage = await Stage.started();
    const told: string[] = [];
    using _telling = stage.list.onDidBlockClient.subscribe((client) => told.push(client));
    stage.list.add({ kind: 'client', target: 'cat', reason: '', forMs: 5000 });
    stage.list.add({ kind: 'client', target: 'dog', reason: '', forMs: 0 });
    stage.clock.advance(1000);
    expect([stage.refusal('cat'), stage.refusal('dog'), stage.refusal('cow')]).toEqual(['429 4000', '429 3600000', '']);
    expect(told).toEqual(['cat', 'dog']);
  });

  it('[BL7] follows what another program writes within half a second', async () => {
    await using stage = await Stage.started();
    const told: string[] = [];
    using _telling = stage.list.onDidBlockClient.subscribe((client) => told.push(client));
    const createdAtMs = stage.clock.wallMs();
    const block = {
      kind: 'client',
      target: 'cat',
      reason: '',
      source: 'manual',
      createdAtMs,
      expiresAtMs: null,
    } as const;
    const store = stage.elsewhere();
    store.put(block);
    stage.clock.advance(500);
    expect([told, stage.list.list()]).toEqual([['cat'], [block]]);
    store.remove('client', 'cat');
    stage.clock.advance(500);
    expect(stage.list.list()).toEqual([]);
  });

  it.each([
    ['address', '127.0.0.1', 'loopback'],
    ['address', '::1', 'loopback'],
    ['address', '127.0.0.0/8', 'loopback'],
    ['address', 'example.org', 'no address'],
    ['address', '10.0.0.0/40', 'no address'],
    ['client', '../x', 'client id'],
  ] as const)('[BL8] refuses to block the %s "%s"', async (kind, target, why) => {
    await using stage = await Stage.started();
    expect(() => stage.list.add({ kind, target, reason: '', forMs: 0 })).toThrow(why);
  });
});
