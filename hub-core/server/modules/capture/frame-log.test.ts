import { describe, expect, it } from 'vitest';
import type { ConnectionId } from '../../../common/base/ids.ts';
import { HUB_ID_BIT, Kind, Method } from '../../../common/protocol/message.ts';
import { kindWord } from '../../../common/protocol/words.ts';
import { FRAME_FIELDS, FrameField, type FrameBatch } from '../../../common/traffic/frames.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { Exchange } from '../../service/exchange.ts';
import { FrameLog } from './frame-log.ts';

const [cat, dog] = ['c1', 'c2'] as ConnectionId[] as [ConnectionId, ConnectionId];

/** What the log reads of an exchange. */
const exchange = (captureSeq: number, requestId: number): Exchange =>
  ({ caller: { connectionId: cat }, requestId, captureSeq }) as unknown as Exchange;

function start() {
  const state = { wanted: true, room: true, added: 0 };
  const log = new FrameLog({
    clock: new FakeClock(),
    wanted: () => state.wanted,
    hasRoom: () => state.room,
    added: () => (state.added += 1),
  });
  return { log, state };
}

/** Connection, kind and exchange of each. */
function rows(batch: FrameBatch | undefined): unknown[] {
  const { connections = [], frames = new Float64Array() } = batch ?? {};
  return Array.from({ length: frames.length / FRAME_FIELDS }, (_, place) => {
    const of = (field: number): number => frames[place * FRAME_FIELDS + field] ?? Number.NaN;
    return [connections[of(FrameField.Connection)], kindWord(of(FrameField.Kind) as Kind), of(FrameField.Exchange)];
  });
}

describe('FrameLog', () => {
  it('[FR2] knows the exchange of a request, of what the provider gets and says, and of the answer', () => {
    const { log } = start();
    log.noted(cat, 'in', { kind: Kind.Ping }, 0, 20);
    log.noted(cat, 'in', { kind: Kind.Request, method: Method.Get }, 7, 100);
    log.began(exchange(41, 7));
    log.handed(exchange(41, 7), HUB_ID_BIT + 1);
    log.noted(dog, 'out', { kind: Kind.Request }, HUB_ID_BIT + 1, 110);
    // Its provider is lost: another one gets it.
    log.handed(exchange(41, 7), HUB_ID_BIT + 2);
    log.noted(dog, 'out', { kind: Kind.Request }, HUB_ID_BIT + 2, 110);
    expect(rows(log.take())).toEqual([
      ['c1', 'ping', 0],
      ['c1', 'request', 41],
      ['c2', 'request', 41],
      ['c2', 'request', 41],
    ]);
    log.noted(dog, 'in', { kind: Kind.Response }, HUB_ID_BIT + 2, 50);
    log.ended(exchange(41, 7));
    // The answer is written right after the end.
    log.noted(cat, 'out', { kind: Kind.Response }, 7, 50);
    expect(rows(log.take())).toEqual([
      ['c2', 'response', 41],
      ['c1', 'response', 41],
    ]);
    log.noted(cat, 'in', { kind: Kind.Cancel }, 7, 20);
    log.noted(dog, 'in', { kind: Kind.Response }, HUB_ID_BIT + 2, 20);
    expect(rows(log.take())).toEqual([
      ['c1', 'cancel', 0],
      ['c2', 'response', 0],
    ]);
  });

  it('[FR2] does not mistake one connection for another, nor a request that was not recorded for the last one', () => {
    const { log } = start();
    log.noted(cat, 'in', { kind: Kind.Request }, 7, 100);
    log.began(exchange(41, 7));
    log.noted(dog, 'in', { kind: Kind.Request }, 7, 100);
    // Composed at the console: no frame of it came.
    log.began(exchange(42, 9));
    expect(rows(log.take())).toEqual([
      ['c1', 'request', 41],
      ['c2', 'request', 0],
    ]);
  });

  it('[FR2] an id that is used again before the batch is taken belongs to the later request', () => {
    const { log } = start();
    log.began(exchange(41, 7));
    log.ended(exchange(41, 7));
    log.began(exchange(42, 7));
    log.take();
    log.noted(cat, 'out', { kind: Kind.Response }, 7, 50);
    expect(rows(log.take())).toEqual([['c1', 'response', 42]]);
  });

  it('[FR1] counts what there is no room for, grows, and forgets when nothing is wanted any more', () => {
    const { log, state } = start();
    for (let id = 1; id <= 2_000; id += 1) log.noted(cat, 'in', { kind: Kind.Ping }, id, 20);
    state.room = false;
    log.noted(cat, 'in', { kind: Kind.Ping }, 0, 20);
    expect([log.count, log.bytes, state.added, log.takeDropped(), log.takeDropped()]).toEqual([
      2_000, 160_000, 2_000, 1, 0,
    ]);
    expect(log.take()?.frames.length).toBe(20_000);
    state.room = true;
    log.began(exchange(41, 7));
    state.wanted = false;
    expect(log.take()).toBeUndefined();
    log.noted(cat, 'out', { kind: Kind.Response }, 7, 50);
    expect(rows(log.take())).toEqual([['c1', 'response', 0]]);
  });
});
