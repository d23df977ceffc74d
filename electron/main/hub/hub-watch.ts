import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { CaptureContract, Watermark } from '../../../hub-core/console/contract/capture-contract.ts';
import type { HubContract, HubStats, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import type { HubSlot } from './hub-slot.ts';

/** Above what a busy hub needs, and short enough for a user who waits. */
const COUNT_WITHIN_MS = 1_000;

/** A session of the app's own with a running hub. */
interface Session extends Disposable {
  readonly hub: ContractRouterClient<HubContract>;
  readonly capture: ContractRouterClient<CaptureContract>['capture'];
  readonly signal: AbortSignal;
}

function openSession(slot: HubSlot): Session {
  const ports = { hub: slot.connectConsole('hub'), capture: slot.connectConsole('capture') };
  const ended = new AbortController();
  const capture: ContractRouterClient<CaptureContract> = createORPCClient(new RPCLink({ port: ports.capture }));
  const close = (): void => {
    ended.abort();
    ports.hub.close();
    ports.capture.close();
  };
  for (const port of [ports.hub, ports.capture]) {
    port.once('close', close);
    port.start();
  }
  return {
    hub: createORPCClient(new RPCLink({ port: ports.hub })),
    capture: capture.capture,
    signal: ended.signal,
    [Symbol.dispose]: close,
  };
}

/** A provider may have come and gone since the last figures: then only its connection or its service shows that it was there. */
function mayHaveLostProviders(before: HubStats | undefined, now: HubStats): boolean {
  return (
    before?.providers !== now.providers || before.connections !== now.connections || before.services !== now.services
  );
}

/** What tray, menu and notifications know of the running hub; a console like any other, with values that come by themselves. */
export class HubWatch implements Disposable {
  readonly #slot: HubSlot;
  readonly #report: (error: unknown) => void;
  readonly #changed = new Emitter<void>();
  readonly #poolEmptied = new Emitter<ServiceRow>();
  readonly #subscription: Disposable;
  #session: Session | undefined;
  #stats: HubStats | undefined;
  #watermark: Watermark | undefined;
  /** Services without a provider, with the time at which they lost the last one. */
  #empty: ReadonlyMap<string, number | null> = new Map();

  readonly onDidChange = this.#changed.event;
  /** A service lost its last provider. */
  readonly onDidEmptyPool = this.#poolEmptied.event;

  constructor(slot: HubSlot, report: (error: unknown) => void) {
    this.#slot = slot;
    this.#report = report;
    this.#subscription = slot.onDidChangeState.subscribe(({ kind }) => {
      if (kind === 'running') this.#open();
      else if (kind !== 'restarting' && kind !== 'silent') this.#forget();
    });
  }

  /** Open connections as of the newest figures, which are at most a second old; 0 when no hub runs. */
  get connections(): number {
    return this.#stats?.connections ?? 0;
  }

  /** Open connections now. A hub that does not answer in time is taken by its newest figures. */
  async countConnections(): Promise<number> {
    const session = this.#session;
    if (session === undefined) return 0;
    const signal = AbortSignal.any([session.signal, AbortSignal.timeout(COUNT_WITHIN_MS)]);
    try {
      for await (const { connections } of await session.hub.hub.watch(undefined, { signal })) return connections;
    } catch (error) {
      if (!signal.aborted) this.#report(error);
    }
    return this.connections;
  }

  get captureState(): Watermark['state'] | undefined {
    return this.#watermark?.state;
  }

  async toggleRecording(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const state = this.#watermark?.state === 'paused' ? 'recording' : 'paused';
    this.#watermark = await session.capture.setState({ state });
    this.#changed.emit();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#forget();
  }

  #open(): void {
    this.#session?.[Symbol.dispose]();
    const session = openSession(this.#slot);
    this.#session = session;
    void this.#follow(session, async () => {
      for await (const stats of await session.hub.hub.watch(undefined, { signal: session.signal })) {
        const isNews = mayHaveLostProviders(this.#stats, stats);
        this.#stats = stats;
        if (isNews) await this.#lookForEmptyPools(session);
        this.#changed.emit();
      }
    });
    void this.#follow(session, async () => {
      for await (const watermark of await session.capture.watch(undefined, { signal: session.signal })) {
        const isNews = watermark.state !== this.#watermark?.state;
        this.#watermark = watermark;
        if (isNews) this.#changed.emit();
      }
    });
  }

  async #lookForEmptyPools(session: Session): Promise<void> {
    const services = await session.hub.services.list();
    const empty = services.filter(({ builtIn, emptySinceMs }) => !builtIn && emptySinceMs !== null);
    for (const service of empty) {
      if (this.#empty.get(service.id) !== service.emptySinceMs) this.#poolEmptied.emit(service);
    }
    this.#empty = new Map(empty.map(({ id, emptySinceMs }) => [id, emptySinceMs]));
  }

  /** The session ends with its hub, in the middle of whatever; the next one starts over. */
  async #follow(session: Session, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!session.signal.aborted) this.#report(error);
    }
  }

  #forget(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
    this.#stats = undefined;
    this.#watermark = undefined;
    this.#changed.emit();
  }
}
