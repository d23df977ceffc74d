import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads';
import type { CaptureStates } from '../capture/capture-mode.ts';
import type { StoredBodyPart } from '../capture/stored-exchange.ts';
import type { Clock } from '../common/base/clock.ts';
import type { TrafficBatch } from '../common/traffic/exchange.ts';
import type { CaptureMode, CaptureSink, StoreMemory } from '../server/modules/capture/capture-sink.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import { BodyRequests, type BodyWish } from './body-requests.ts';
import { senderTo, type CaptureLinkAnswer, type CaptureLinkRequest } from './thread-messages.ts';

type Attached = Extract<CaptureLinkAnswer, { type: 'attached' }>;

/** A row costs more to clone and store than the bytes of its bodies. */
const ROW_WEIGHT = 512;

const MODES: readonly CaptureMode[] = ['recording', 'headers-only', 'paused', 'off'];

const lesser = (a: CaptureMode, b: CaptureMode): CaptureMode => (MODES.indexOf(a) < MODES.indexOf(b) ? b : a);

/** The hub thread's end of the way to the capture thread; outlives that thread, which may be started again. */
export class CaptureLink implements CaptureSink, Disposable {
  readonly #bodies = new BodyRequests();
  readonly #clock: Clock;
  #port: MessagePort | undefined;
  #states: CaptureStates = { state: 'paused', services: {}, frames: false };
  #nextSeq: number;
  #flushTap: () => void = () => {};
  #pendingBytes = 0;
  /** Rows and bodies that came while no thread was there; told to the next one. */
  #missedRows = 0;
  #missedBodies = 0;
  #memory: StoreMemory | undefined;
  #onFlushed: (() => void) | undefined;

  private constructor(clock: Clock, firstSeq: number) {
    this.#clock = clock;
    this.#nextSeq = firstSeq;
  }

  /**
   * Waits for the thread's first word.
   *
   * @param port undefined when there is no capture thread: everything is left out
   * @throws {HubStartError} when the thread ends before it
   */
  static async open(port: MessagePort | undefined, clock: Clock): Promise<CaptureLink> {
    if (port === undefined) return new CaptureLink(clock, 1);
    const attached = Promise.withResolvers<Attached>();
    const gone = (): void =>
      attached.reject(new HubStartError('Cannot record traffic: the capture thread ended while the hub started'));
    port.once('message', (answer: Attached) => attached.resolve(answer));
    port.once('close', gone);
    const { nextSeq, states } = await attached.promise;
    port.off('close', gone);
    const link = new CaptureLink(clock, nextSeq);
    link.#states = states;
    link.attach(port);
    return link;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get memory(): StoreMemory | undefined {
    return this.#memory;
  }

  takeSeq(): number {
    return this.#nextSeq++;
  }

  modeOf(service: string): CaptureMode {
    const { state, services } = this.#states;
    return lesser(state, services[service] ?? state);
  }

  get framesWanted(): boolean {
    const { frames, state } = this.#states;
    return frames && (state === 'recording' || state === 'headers-only');
  }

  bindTap(flush: () => void): void {
    this.#flushTap = flush;
  }

  /** Goes on with a new capture thread. */
  attach(port: MessagePort): void {
    this.#port?.close();
    this.#detach();
    this.#port = port;
    port.on('message', (answer: CaptureLinkAnswer) => this.#take(answer));
    port.on('close', () => {
      if (this.#port === port) this.#detach();
    });
  }

  write(batch: TrafficBatch): void {
    if (this.#port === undefined) {
      this.#missedRows += batch.starts.length + batch.droppedRows;
      this.#missedBodies += batch.droppedBodies;
      return;
    }
    const whole: TrafficBatch = {
      ...batch,
      droppedRows: batch.droppedRows + this.#missedRows,
      droppedBodies: batch.droppedBodies + this.#missedBodies,
    };
    this.#missedRows = 0;
    this.#missedBodies = 0;
    const numbers = [batch.frames?.frames, batch.choices?.numbers].filter((each) => each !== undefined);
    const rows = (batch.starts.length + batch.ends.length) * ROW_WEIGHT;
    const weight = batch.bytes.byteLength + rows + numbers.reduce((sum, each) => sum + each.byteLength, 0);
    this.#pendingBytes += weight;
    const buffers = [batch.bytes.buffer, ...numbers.map((each) => each.buffer)];
    this.#post({ type: 'batch', batch: whole, weight }, buffers);
  }

  /** @returns a line to the `capture` root; undefined while no thread is there */
  openConsole(): MessagePort | undefined {
    if (this.#port === undefined) return undefined;
    const { port1, port2 } = new MessageChannel();
    this.#post({ type: 'console', port: port2 }, [port2]);
    return port1;
  }

  readBody(wish: BodyWish): Promise<StoredBodyPart | undefined> {
    if (this.#port === undefined) return Promise.resolve(undefined);
    return this.#bodies.ask(wish, (request) => this.#post(request, []));
  }

  /** Resolves when the store has everything that was written, or its thread is gone, or `withinMs` have passed. */
  async flushed(withinMs: number): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFlushed = resolve;
    const timer = this.#clock.after(withinMs, resolve);
    await promise;
    timer[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#port?.close();
    this.#detach();
  }

  #post(request: CaptureLinkRequest, transfer: readonly Transferable[]): void {
    if (this.#port !== undefined) senderTo<CaptureLinkRequest>(this.#port)(request, transfer);
  }

  #take(answer: CaptureLinkAnswer): void {
    switch (answer.type) {
      case 'stored':
        this.#pendingBytes -= answer.weight;
        if (this.#pendingBytes === 0) this.#onFlushed?.();
        return;
      case 'attached':
        // A row of the store's own may tell of what its last thread took along.
        this.#nextSeq = Math.max(this.#nextSeq, answer.nextSeq);
        this.#states = answer.states;
        return;
      case 'states':
        this.#states = answer.states;
        return;
      case 'memory':
        this.#memory = answer.memory;
        return;
      case 'reserve':
        this.#reserve(answer);
        return;
      case 'body':
        this.#bodies.settle(answer);
    }
  }

  /** What was recorded before goes first: numbers only grow. */
  #reserve({ id, count }: Extract<CaptureLinkAnswer, { type: 'reserve' }>): void {
    this.#flushTap();
    const firstSeq = this.#nextSeq;
    this.#nextSeq += count;
    this.#post({ type: 'reserved', id, firstSeq }, []);
  }

  #detach(): void {
    this.#port = undefined;
    this.#memory = undefined;
    this.#pendingBytes = 0;
    this.#onFlushed?.();
    this.#bodies.fail();
  }
}
