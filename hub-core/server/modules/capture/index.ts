import type { Clock } from '../../../common/base/clock.ts';
import type { LimitUse, MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Kind,
  type Header,
  type Message,
  type MessageInit,
} from '../../../common/protocol/message.ts';
import { methodWord } from '../../../common/protocol/words.ts';
import type { BodySlice, ExchangeEnd, ExchangeOutcome, ExchangeStart } from '../../../common/traffic/exchange.ts';
import type { HeaderPair } from '../../../common/traffic/header-pair.ts';
import { serviceOf } from '../../../common/traffic/service-of.ts';
import type { ChoicePool, Exchange, ExchangeObserver, PooledChannel } from '../../service/exchange.ts';
import type { FrameTap } from '../../access/connection-deps.ts';
import { BatchBuffer } from './batch-buffer.ts';
import { captureMetrics } from './capture-metrics.ts';
import { ChoiceLog } from './choice-log.ts';
import type { CaptureMode, CaptureSink } from './capture-sink.ts';
import { FrameLog } from './frame-log.ts';
import { StreamHeads } from './stream-heads.ts';
import { holdsSecrets } from './secret-bodies.ts';

/**
 * Most exchanges end within this time: their start and end come in one batch, which costs the store half of what an end does that
 * comes behind its start. Below what a person notices, and what a kill takes along.
 */
const FLUSH_MS = 25;
const FLUSH_EXCHANGES = 512;
const FLUSH_BYTES = 512 << 10;
const FLUSH_FRAMES = 1_024;
/** What a row without its body costs on its way, roughly: for the budget only. */
const ROW_BYTES = 512;
const NO_HEADERS: readonly HeaderPair[] = Object.freeze([]);
/** Of a one-way request, and of a caller that left. */
const NO_ANSWER: MessageInit = Object.freeze({ kind: Kind.Response });

/** What came of a body in pieces, after its message. */
interface Streamed {
  readonly bytes: number;
  /** The first of them; undefined when none were kept. */
  readonly head: Uint8Array | undefined;
}

/** What there is room for. */
interface Room {
  /** Bytes of the budget that are used. */
  readonly used: number;
  /** Of this body. */
  readonly maxBytes: number;
}

const NOT_STREAMED: Streamed = Object.freeze({ bytes: 0, head: undefined });
const NO_STREAM = Object.freeze({ requestBytes: 0, responseBytes: 0 });

export interface CaptureLimits {
  /** Bytes kept of each body; 0 = none. */
  readonly maxBodyBytes: number;
  /** Bytes on their way to the store above which bodies, and at twice as much rows, are left out; 0 = no limit. */
  readonly budgetBytes: number;
}

export interface CaptureDeps {
  readonly clock: Clock;
  readonly limits: CaptureLimits;
  /** Undefined: nothing is captured. */
  readonly sink: CaptureSink | undefined;
}

/** Copies what passes the hub and hands it on in batches; never waits for the store. */
export interface Capture extends Module, ExchangeObserver {
  /** Frames of connections. */
  readonly frames: FrameTap;
  /** Hands over what is gathered now. */
  flush(): void;
}

export function createCapture(deps: CaptureDeps): Capture {
  return new CaptureTap(deps);
}

function headerPairs(headers: readonly Header[] | undefined): readonly HeaderPair[] {
  if (headers === undefined || headers.length === 0) return NO_HEADERS;
  return headers.map(({ name, value }) => [name, value] as const);
}

class CaptureTap implements Capture {
  readonly name = 'capture';
  readonly dependsOn: readonly string[] = [];
  readonly #deps: CaptureDeps;
  readonly #budgetBytes: number;
  readonly #buffer = new BatchBuffer();
  readonly #heads = new StreamHeads();
  readonly #choices = new ChoiceLog();
  readonly #frames: FrameLog;
  #starts: ExchangeStart[] = [];
  #ends: ExchangeEnd[] = [];
  #timer: Disposable | undefined;
  #droppedRows = 0;
  #droppedBodies = 0;
  /** Since the start. */
  readonly #counts = { recorded: 0, droppedRows: 0, droppedBodies: 0 };
  #stopped = false;

  constructor(deps: CaptureDeps) {
    this.#deps = deps;
    this.#frames = new FrameLog({
      clock: deps.clock,
      wanted: () => this.#deps.sink?.framesWanted === true && !this.#stopped,
      hasRoom: () => this.#budgetUsed() <= this.#budgetBytes,
      added: () => this.#added(),
    });
    this.#budgetBytes = deps.limits.budgetBytes === 0 ? Number.POSITIVE_INFINITY : deps.limits.budgetBytes;
  }

  get frames(): FrameTap {
    return this.#frames;
  }

  start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#deps.sink?.bindTap(() => this.flush());
    return Promise.resolve();
  }

  drain(): Promise<void> {
    this.flush();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.flush();
    this.#stopped = true;
    return Promise.resolve();
  }

  health(): ModuleHealth {
    if (this.#deps.sink === undefined) return { state: 'serving', detail: 'no store' };
    const { droppedRows, droppedBodies } = this.#counts;
    const leftOut = String(droppedRows + droppedBodies);
    const detail = `${String(this.#deps.sink.pendingBytes)} bytes on their way, ${leftOut} left out`;
    return { state: this.#budgetUsed() > this.#budgetBytes ? 'degraded' : 'serving', detail };
  }

  metrics(): readonly MetricSample[] {
    return captureMetrics({
      ...this.#counts,
      pendingBytes: this.#budgetUsed(),
      memory: this.#deps.sink?.memory,
    });
  }

  limits(): readonly LimitUse[] {
    const help = 'What is on its way to the traffic store; above it bodies are left out';
    const { budgetBytes } = this.#deps.limits;
    return [{ name: 'capture_bytes', help, unit: 'bytes', used: this.#budgetUsed(), limit: budgetBytes }];
  }

  began(exchange: Exchange): void {
    const { sink } = this.#deps;
    if (sink === undefined || this.#stopped) return;
    const uri = exchange.message.uri ?? '';
    const service = serviceOf(uri);
    const mode = sink.modeOf(service);
    if (mode === 'paused' || mode === 'off') return;
    const used = this.#budgetUsed();
    if (used > 2 * this.#budgetBytes) {
      this.#droppedRows += 1;
      this.#counts.droppedRows += 1;
      return;
    }
    const { message, caller, requestId, receivedMs } = exchange;
    exchange.captureSeq = sink.takeSeq();
    this.#counts.recorded += 1;
    this.#starts.push({
      seq: exchange.captureSeq,
      receivedMs,
      method: methodWord(message.method),
      uri,
      service,
      from: caller.principal.clientId,
      connection: caller.connectionId,
      via: caller.via,
      transport: caller.transportKind,
      correlationId: requestId,
      flags: message.flags,
      encoding: message.encoding,
      timeoutMs: message.timeoutMs,
      headers: headerPairs(message.headers),
      body: holdsSecrets(message)
        ? this.#buffer.add(message.payload, 0)
        : this.#body(message.payload, { used, maxBytes: this.#bytesIn(mode) }),
    });
    this.#frames.began(exchange);
    this.#added();
  }

  chosen(exchange: Exchange, pool: ChoicePool, channel: PooledChannel): void {
    const { captureSeq, message } = exchange;
    if (captureSeq === 0 || !this.#records(message) || this.#budgetUsed() > this.#budgetBytes) return;
    this.#choices.chosen(exchange, pool, channel);
    this.#added();
  }

  handed(exchange: Exchange, id: number): void {
    if (exchange.captureSeq !== 0) this.#frames.handed(exchange, id);
  }

  passed({ captureSeq, message }: Exchange, direction: 'request' | 'response', piece: Uint8Array): void {
    const maxBytes = this.#wantedBytes(message);
    if (captureSeq === 0 || this.#stopped || this.#budgetUsed() + piece.byteLength > this.#budgetBytes) return;
    this.#heads.add(captureSeq, direction, { piece, maxBytes });
  }

  // oxlint-disable-next-line max-params -- the observer's signature: an object for each call would cost on the hot path
  ended(exchange: Exchange, outcome: ExchangeOutcome, answer: Message | MessageInit | undefined, error: string): void {
    if (exchange.captureSeq === 0 || !this.#records(exchange.message)) return;
    this.#frames.ended(exchange);
    const { checkedMs, sentMs, repliedMs, endedMs, attempts, provider = '', providerLink } = exchange;
    const { stream } = exchange;
    // A caller that left in the middle was given what had come until then.
    const {
      status = 0,
      encoding = Encoding.Bytes,
      headers,
      payload = EMPTY_BYTES,
    } = answer ?? stream?.opened ?? NO_ANSWER;
    this.#ends.push({
      seq: exchange.captureSeq,
      outcome,
      status,
      error,
      provider,
      providerClient: providerLink?.clientId ?? '',
      attempts,
      encoding,
      headers: headerPairs(headers),
      ...this.#bodies(exchange, payload),
      checkedMs,
      sentMs,
      repliedMs,
      endedMs,
    });
    this.#added();
  }

  flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { sink, clock } = this.#deps;
    const frames = this.#frames.take();
    const choices = this.#choices.take();
    const droppedFrames = this.#frames.takeDropped();
    const leftOut = this.#droppedRows + droppedFrames;
    const rows = this.#starts.length + this.#ends.length;
    const isEmpty = rows === 0 && leftOut === 0 && frames === undefined && choices === undefined;
    if (sink === undefined || isEmpty) return;
    const batch = {
      clockOffsetMs: clock.wallMs() - clock.nowMs(),
      starts: this.#starts,
      ends: this.#ends,
      droppedRows: this.#droppedRows,
      droppedBodies: this.#droppedBodies,
      // Behind the exchanges of this batch, of which none comes later.
      gapSeq: this.#droppedRows === 0 ? undefined : sink.takeSeq(),
      bytes: this.#buffer.take(),
      ...(choices === undefined ? {} : { choices }),
      ...(frames === undefined ? {} : { frames }),
      ...(droppedFrames === 0 ? {} : { droppedFrames }),
    };
    this.#starts = [];
    this.#ends = [];
    this.#droppedRows = 0;
    this.#droppedBodies = 0;
    sink.write(batch);
  }

  /** What is kept of the answer, and of a request that came in pieces. */
  #bodies({ captureSeq, message, stream }: Exchange, payload: Uint8Array): Pick<ExchangeEnd, 'body' | 'requestBody'> {
    const heads = this.#heads.take(captureSeq);
    if (holdsSecrets(message)) return { body: this.#buffer.add(payload, 0) };
    const { requestBytes, responseBytes } = stream ?? NO_STREAM;
    const maxBytes = this.#wantedBytes(message);
    const replied = { bytes: responseBytes, head: heads?.response };
    const body = this.#body(payload, { used: this.#budgetUsed(), maxBytes }, replied);
    if (requestBytes === 0) return { body };
    const asked = { bytes: requestBytes, head: heads?.request };
    return { body, requestBody: this.#body(message.payload, { used: this.#budgetUsed(), maxBytes }, asked) };
  }

  #body(payload: Uint8Array, { used, maxBytes }: Room, { bytes, head }: Streamed = NOT_STREAMED): BodySlice {
    const known = head === undefined || head.byteLength === 0 ? payload : Buffer.concat([payload, head]);
    const total = payload.byteLength + bytes;
    const stored = Math.min(known.byteLength, maxBytes);
    if (stored === 0 || used + stored <= this.#budgetBytes) return { ...this.#buffer.add(known, stored), total };
    this.#droppedBodies += 1;
    this.#counts.droppedBodies += 1;
    return { ...this.#buffer.add(known, 0), total };
  }

  #records(message: Message): boolean {
    return !this.#stopped && this.#modeOf(message) !== 'off';
  }

  #modeOf({ uri = '' }: Message): CaptureMode {
    return this.#deps.sink?.modeOf(serviceOf(uri)) ?? 'off';
  }

  /** Bytes to be kept of each body of an exchange. */
  #wantedBytes(message: Message): number {
    return this.#bytesIn(this.#modeOf(message));
  }

  #bytesIn(mode: CaptureMode): number {
    return mode === 'recording' ? this.#deps.limits.maxBodyBytes : 0;
  }

  #budgetUsed(): number {
    const rows = this.#starts.length + this.#ends.length;
    const gathered =
      this.#buffer.length + this.#heads.bytes + this.#choices.bytes + this.#frames.bytes + rows * ROW_BYTES;
    return (this.#deps.sink?.pendingBytes ?? 0) + gathered;
  }

  #added(): void {
    if (
      this.#starts.length >= FLUSH_EXCHANGES ||
      this.#ends.length >= FLUSH_EXCHANGES ||
      this.#buffer.length + this.#choices.bytes >= FLUSH_BYTES ||
      this.#frames.count >= FLUSH_FRAMES
    ) {
      this.flush();
    } else {
      this.#timer ??= this.#deps.clock.after(FLUSH_MS, () => this.flush());
    }
  }
}
