import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import type { HubHost, HubHostState } from '../../../hub-core/host/hub-host.ts';

/** What a host can be in, and that it could not be started at all. */
export type HubState = HubHostState | { readonly kind: 'failed'; readonly reason: string };

export interface HubSlotOptions {
  /** Called for every start: a host that was stopped is not started again. May throw. */
  readonly createHost: () => HubHost;
  readonly report: (error: unknown) => void;
}

type Root = 'hub' | 'capture';

function canServe(state: HubState, root: Root): boolean {
  if (state.kind === 'running') return true;
  return 'thread' in state && state.thread !== root;
}

/** Whether a host in that state serves nobody any more: told to stop by another program, or its hub died too often. */
function hasEnded(state: HubState): boolean {
  return state.kind === 'stopped' || (state.kind === 'crashed' && state.thread === 'hub');
}

/** Makes one port of two: what waited at the first goes on first, and when one closes so does the other. */
function join(one: MessagePort, other: MessagePort): void {
  one.once('close', () => other.close());
  other.once('close', () => one.close());
  other.on('message', (message) => one.postMessage(message));
  one.on('message', (message) => other.postMessage(message));
}

/** The app's one hub, which can be stopped and started while windows are open. */
export class HubSlot {
  readonly #options: HubSlotOptions;
  readonly #changed = new Emitter<HubState>();
  #host: HubHost | undefined;
  #state: HubState = { kind: 'stopped' };
  readonly #waiting = new Set<{ readonly root: Root; readonly end: MessagePort }>();
  /** One change at a time. */
  #last: Promise<void> = Promise.resolve();

  readonly onDidChangeState = this.#changed.event;

  constructor(options: HubSlotOptions) {
    this.#options = options;
  }

  get state(): HubState {
    return this.#state;
  }

  /** Does nothing when one runs; what is left of one that ended by itself is stopped first. A start that fails is a state, not an error: the window shows it. */
  start(): Promise<void> {
    return this.#next(() => this.#start());
  }

  /** Drains (bounded) and stops. */
  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  /**
   * A port that speaks the console's contract with that root. While that is not there, what is sent waits: a page need not come
   * again and again meanwhile.
   */
  connectConsole(root: Root): MessagePort {
    if (this.#host !== undefined && canServe(this.#state, root)) return this.#host.connectConsole(root);
    const { port1, port2 } = new MessageChannel();
    const waiting = { root, end: port2 };
    this.#waiting.add(waiting);
    port2.once('close', () => this.#waiting.delete(waiting));
    return port1;
  }

  readBody(...request: Parameters<HubHost['readBody']>): ReturnType<HubHost['readBody']> {
    return this.#host?.readBody(...request) ?? Promise.resolve(undefined);
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch(this.#options.report);
    return this.#last;
  }

  async #start(): Promise<void> {
    if (this.#host !== undefined) {
      if (!hasEnded(this.#state)) return;
      await this.#stop();
    }
    this.#set({ kind: 'starting' });
    let reason = '';
    try {
      const host = this.#options.createHost();
      // What it says when it gives up after a failed start is for nobody: the reason comes below.
      host.onDidChangeState.subscribe((state) => {
        if (this.#host === host) this.#set(state);
      });
      this.#host = host;
      await host.start();
      return;
    } catch (error) {
      this.#options.report(error);
      reason = error instanceof Error ? error.message : String(error);
    }
    this.#host = undefined;
    this.#set({ kind: 'failed', reason });
  }

  async #stop(): Promise<void> {
    const host = this.#host;
    if (host !== undefined) await host.stop();
    this.#host = undefined;
    if (this.#state.kind !== 'stopped') this.#set({ kind: 'stopped' });
  }

  #set(state: HubState): void {
    this.#state = state;
    this.#connectWaiting();
    this.#changed.emit(state);
  }

  #connectWaiting(): void {
    const host = this.#host;
    if (host === undefined) return;
    for (const waiting of this.#waiting) {
      if (!canServe(this.#state, waiting.root)) continue;
      this.#waiting.delete(waiting);
      join(waiting.end, host.connectConsole(waiting.root));
    }
  }
}
