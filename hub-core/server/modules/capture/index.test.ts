import { describe, expect, it } from 'vitest';
import type { ClientId, ConnectionId, ProviderId } from '../../../common/base/ids.ts';
import { Kind, Method, type MessageInit } from '../../../common/protocol/message.ts';
import type { TrafficBatch } from '../../../common/traffic/exchange.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { clientPrincipal, messageOf } from '../../../test/support/fake-service-peers.ts';
import type { Exchange } from '../../service/exchange.ts';
import type { CaptureMode, CaptureSink, StoreMemory } from './capture-sink.ts';
import { createCapture, type Capture, type CaptureLimits } from './index.ts';

class RecordingSink implements CaptureSink {
  readonly batches: TrafficBatch[] = [];
  pendingBytes = 0;
  mode: CaptureMode = 'recording';
  memory: StoreMemory | undefined;
  readonly services = new Map<string, CaptureMode>();
  flush: () => void = () => {};
  #lastSeq = 9;
  takeSeq(): number {
    return ++this.#lastSeq;
  }
  modeOf(service: string): CaptureMode {
    return this.services.get(service) ?? this.mode;
  }
  bindTap(flush: () => void): void {
    this.flush = flush;
  }
  write(batch: TrafficBatch): void {
    this.batches.push(batch);
  }
}

function exchangeOf(init: Partial<MessageInit> = {}): Exchange {
  return {
    caller: {
      connectionId: 'c1' as ConnectionId,
      principal: clientPrincipal('cat'),
      via: 'socket',
      transportKind: 'tcp',
      providerLink: undefined,
      respond() {},
      data() {},
      grant() {},
    },
    message: messageOf({ kind: Kind.Request, method: Method.Get, id: 0x8000_0001, uri: '/math/add?x', ...init }),
    requestId: 7,
    receivedMs: 1,
    checkedMs: 2,
    sentMs: 3,
    repliedMs: 4,
    endedMs: 5,
    service: undefined,
    pattern: '',
    routeName: '',
    provider: 'math@c2' as ProviderId,
    providerLink: {
      connectionId: 'c2' as ConnectionId,
      clientId: 'dog' as ClientId,
      congested: false,
      suspect: false,
      goodbye: () => {},
      send: () => true,
    },
    attempts: 1,
    stream: undefined,
    captureSeq: 0,
  };
}

interface Bench {
  readonly clock: FakeClock;
  readonly sink: RecordingSink;
  readonly capture: Capture;
}

async function start(limits: Partial<CaptureLimits> = {}): Promise<Bench> {
  const clock = new FakeClock();
  const sink = new RecordingSink();
  const capture = createCapture({ clock, sink, limits: { maxBodyBytes: 8, budgetBytes: 1 << 20, ...limits } });
  await capture.start(new AbortController().signal);
  return { clock, sink, capture };
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const answer = (text: string): MessageInit => ({
  kind: Kind.Response,
  status: 201,
  payload: bytes(text),
  headers: [{ name: 'a', value: 'b' }],
});

describe('createCapture', () => {
  it('[ME1] hands a start and an end over with both bodies in one buffer of their length', async () => {
    const { clock, sink, capture } = await start();
    const exchange = exchangeOf({ payload: bytes('request'), headers: [{ name: 'h', value: 'v' }] });
    capture.began(exchange);
    capture.ended(exchange, 'replied', answer('reply!'), '');
    clock.advance(25);
    expect(sink.batches).toEqual([
      {
        clockOffsetMs: clock.wallMs() - clock.nowMs(),
        starts: [
          {
            seq: 10,
            receivedMs: 1,
            method: 'GET',
            uri: '/math/add?x',
            service: 'math',
            from: 'cat',
            connection: 'c1',
            via: 'socket',
            transport: 'tcp',
            correlationId: 7,
            flags: 0,
            encoding: 0,
            timeoutMs: 0,
            headers: [['h', 'v']],
            body: { offset: 0, stored: 7, total: 7 },
          },
        ],
        ends: [
          {
            seq: 10,
            outcome: 'replied',
            status: 201,
            error: '',
            provider: 'math@c2',
            providerClient: 'dog',
            attempts: 1,
            encoding: 0,
            headers: [['a', 'b']],
            body: { offset: 7, stored: 6, total: 6 },
            checkedMs: 2,
            sentMs: 3,
            repliedMs: 4,
            endedMs: 5,
          },
        ],
        droppedRows: 0,
        droppedBodies: 0,
        bytes: bytes('requestreply!'),
      },
    ]);
    expect(sink.batches[0]?.bytes.buffer.byteLength).toBe(13);
  });

  it('[SM23] keeps the beginning of streams, after their messages, and tells their true length', async () => {
    const { sink, capture } = await start();
    const exchange = {
      ...exchangeOf({ payload: bytes('ab') }),
      stream: { requestBytes: 9, responseBytes: 5, opened: undefined },
    };
    capture.began(exchange);
    capture.flush();
    for (const piece of ['cde', 'fgh', 'ijk']) capture.passed?.(exchange, 'request', bytes(piece));
    capture.passed?.(exchange, 'response', bytes('reply'));
    capture.ended(exchange, 'replied', answer('1'), '');
    capture.flush();
    const [end] = sink.batches[1]?.ends ?? [];
    expect([end?.body, end?.requestBody, sink.batches[1]?.bytes]).toEqual([
      { offset: 0, stored: 6, total: 6 },
      { offset: 6, stored: 8, total: 11 },
      bytes('1replyabcdefgh'),
    ]);
  });

  it('[SM23] keeps nothing of streams over the budget, while paused, and of exchanges that are over', async () => {
    const { sink, capture } = await start({ budgetBytes: 4 });
    const exchange = { ...exchangeOf(), stream: { requestBytes: 0, responseBytes: 5, opened: undefined } };
    capture.began(exchange);
    capture.passed?.(exchange, 'response', bytes('reply'));
    capture.ended(exchange, 'cancelled', undefined, '');
    capture.flush();
    const [end] = sink.batches.flatMap(({ ends }) => ends);
    expect(end?.body).toEqual({ offset: 0, stored: 0, total: 5 });
  });

  it('[ME1] keeps the beginning of a large body and tells its true length', async () => {
    const { sink, capture } = await start();
    capture.began(exchangeOf({ payload: bytes('0123456789') }));
    capture.flush();
    expect([sink.batches[0]?.starts[0]?.body, sink.batches[0]?.bytes]).toEqual([
      { offset: 0, stored: 8, total: 10 },
      bytes('01234567'),
    ]);
  });

  it('[ME5] hands over after 25 ms, 512 exchanges or 512 KiB, whichever is first, and nothing when there is nothing', async () => {
    const { clock, sink, capture } = await start({ maxBodyBytes: 1 << 20 });
    capture.flush();
    capture.began(exchangeOf());
    clock.advance(24);
    expect(sink.batches.length).toBe(0);
    clock.advance(1);
    expect(sink.batches.length).toBe(1);
    for (let i = 0; i < 512; i += 1) capture.began(exchangeOf());
    expect(sink.batches.length).toBe(2);
    capture.began(exchangeOf({ payload: new Uint8Array(512 << 10) }));
    expect(sink.batches.length).toBe(3);
    clock.advance(1000);
    expect([sink.batches.length, clock.pendingTimers]).toEqual([3, 0]);
  });

  it('[ME5] does not change a batch that was handed over', async () => {
    const { sink, capture } = await start();
    capture.began(exchangeOf({ payload: bytes('first') }));
    capture.flush();
    capture.began(exchangeOf({ payload: bytes('other') }));
    capture.flush();
    expect(sink.batches.map((batch) => new TextDecoder().decode(batch.bytes))).toEqual(['first', 'other']);
  });

  it('[ME6] leaves bodies out when the store cannot keep up, then rows, and counts both', async () => {
    const { sink, capture } = await start({ budgetBytes: 1000 });
    sink.pendingBytes = 1000;
    const kept = exchangeOf({ payload: bytes('body') });
    capture.began(kept);
    sink.pendingBytes = 3000;
    const lost = exchangeOf({ payload: bytes('body') });
    capture.began(lost);
    capture.ended(lost, 'replied', answer('x'), '');
    capture.ended(kept, 'replied', answer('x'), '');
    expect(capture.health().state).toBe('degraded');
    capture.flush();
    const [batch] = sink.batches;
    expect([batch?.starts.map(({ seq, body }) => [seq, body.stored, body.total]), batch?.ends.length]).toEqual([
      [[10, 0, 4]],
      1,
    ]);
    expect([batch?.droppedRows, batch?.droppedBodies, lost.captureSeq]).toEqual([1, 2, 0]);
  });

  it('[ME6] tells of what it left out even when nothing else is to be told', async () => {
    const { sink, capture } = await start({ budgetBytes: 100 });
    sink.pendingBytes = 1000;
    capture.began(exchangeOf());
    capture.flush();
    expect([sink.batches[0]?.droppedRows, sink.batches[0]?.starts]).toEqual([1, []]);
  });

  it('[ME6] keeps a number behind the batch for the row that tells of it, and none where nothing was left out', async () => {
    const { sink, capture } = await start();
    capture.began(exchangeOf());
    sink.pendingBytes = 3 << 20;
    capture.began(exchangeOf());
    sink.pendingBytes = 0;
    capture.flush();
    const next = exchangeOf();
    capture.began(next);
    capture.flush();
    expect(sink.batches.map(({ gapSeq, droppedRows }) => [gapSeq, droppedRows])).toEqual([
      [11, 1],
      [undefined, 0],
    ]);
    expect(next.captureSeq).toBe(12);
  });

  it('[ME7] goes by the service, does not even end what is off, and hands over when numbers are wanted', async () => {
    const { sink, capture } = await start();
    sink.services.set('math', 'headers-only').set('geo', 'off');
    const [math, geo, other] = ['/math/a', '/geo/a', '/x'].map((uri) => exchangeOf({ uri, payload: bytes('body') }));
    for (const exchange of [math, geo, other]) if (exchange !== undefined) capture.began(exchange);
    sink.mode = 'off';
    if (other !== undefined) capture.ended(other, 'replied', answer('x'), '');
    sink.flush();
    const [batch] = sink.batches;
    expect(batch?.starts.map(({ service, body }) => [service, body.stored])).toEqual([
      ['math', 0],
      ['x', 4],
    ]);
    expect(batch?.ends).toEqual([]);
  });

  it('[ME24] counts what it recorded and left out, and tells the memory of the store once that is known', async () => {
    const { sink, capture } = await start();
    capture.began(exchangeOf());
    const valueOf = (name: string) => capture.metrics?.().find((sample) => sample.name === name)?.value;
    expect([valueOf('recorded_total'), valueOf('thread_heap_used_bytes')]).toEqual([1, undefined]);
    sink.memory = { heapUsedBytes: 10, heapTotalBytes: 20, externalBytes: 30 };
    const names = ['thread_heap_used_bytes', 'thread_heap_bytes', 'thread_external_bytes'];
    expect(names.map(valueOf)).toEqual([10, 20, 30]);
  });

  it('[ME7] records nothing while paused, and no bodies when only headers are wanted', async () => {
    const { sink, capture } = await start();
    sink.mode = 'paused';
    capture.began(exchangeOf());
    sink.mode = 'headers-only';
    const exchange = exchangeOf({ payload: bytes('body') });
    capture.began(exchange);
    sink.mode = 'paused';
    capture.ended(exchange, 'replied', answer('x'), '');
    capture.flush();
    const [batch] = sink.batches;
    expect([
      batch?.starts.map(({ seq }) => seq),
      batch?.starts[0]?.body,
      batch?.ends[0]?.body.stored,
      batch?.droppedBodies,
    ]).toEqual([[10], { offset: 0, stored: 0, total: 4 }, 0, 0]);
  });

  it('[ME7] does nothing without a sink, and nothing after stop', async () => {
    const silent = createCapture({
      clock: new FakeClock(),
      sink: undefined,
      limits: { maxBodyBytes: 8, budgetBytes: 0 },
    });
    await silent.start(new AbortController().signal);
    const exchange = exchangeOf();
    silent.began(exchange);
    silent.flush();
    expect([exchange.captureSeq, silent.health().detail]).toEqual([0, 'no store']);
    const { sink, capture } = await start();
    await capture.stop();
    capture.began(exchangeOf());
    capture.flush();
    expect(sink.batches).toEqual([]);
  });
});
