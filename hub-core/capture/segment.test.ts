import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BodySlice, ExchangeEnd } from '../common/traffic/exchange.ts';
import { exchangeEnd, exchangeStart, temporaryFolder } from '../test/support/traffic.ts';
import { Segment } from './segment.ts';

let owned: DisposableStack;
let segment: Segment;

beforeEach(() => {
  owned = new DisposableStack();
  const folder = owned.use(temporaryFolder());
  segment = owned.use(Segment.create(join(folder.path, 'segment-1.db')));
});

afterEach(() => owned.dispose());

const BYTES = new TextEncoder().encode('firstfirst and more');
/** What a start had of a request whose rest came in pieces, and what its end knows of the whole. */
const BEGINNING: BodySlice = { offset: 0, stored: 5, total: 5 };
const WHOLE: BodySlice = { offset: 5, stored: 14, total: 900 };

/** How the request of row 1 was stored: bytes that passed, bytes that are there, and these. */
function stored(): readonly unknown[] {
  const exchange = segment.reader.exchange(1);
  const body = segment.reader.body(1, 'request', { offset: 0, length: 99 });
  const text = body === undefined ? undefined : new TextDecoder().decode(body.bytes);
  return [exchange?.row.requestBytes, exchange?.request.storedBytes, text];
}

/** Writes row 1 and its end, in one batch or in two. */
function write(ways: 'one batch' | 'two batches', end: ExchangeEnd): void {
  const start = exchangeStart(1, { body: BEGINNING });
  if (ways === 'one batch') segment.write(() => segment.insert({ start, end, atMs: 1 }, BYTES));
  else {
    segment.write(() => segment.insert({ start, end: undefined, atMs: 1 }, BYTES));
    segment.write(() => expect(segment.writer.end(end, BYTES)).toBe(true));
  }
}

describe.each(['one batch', 'two batches'] as const)(
  'Segment, a request in pieces, its start and end in %s',
  (ways) => {
    it('[CA20] has the whole of the request when its end tells that', () => {
      write(ways, exchangeEnd(1, { requestBody: WHOLE }));
      expect(stored()).toEqual([900, 14, 'first and more']);
    });

    it('[CA20] keeps the beginning where the whole was left out, and tells its true length', () => {
      write(ways, exchangeEnd(1, { requestBody: { offset: 0, stored: 0, total: 900 } }));
      expect(stored()).toEqual([900, 5, 'first']);
    });

    it('[CA20] leaves a request alone that came whole', () => {
      write(ways, exchangeEnd(1));
      expect(stored()).toEqual([5, 5, 'first']);
    });
  },
);

describe('Segment.end()', () => {
  it('[CA2][CA20] changes nothing of a row that ended before, nor makes one', () => {
    write('two batches', exchangeEnd(1));
    const again: boolean[] = [];
    segment.write(() => {
      for (const seq of [1, 2]) again.push(segment.writer.end(exchangeEnd(seq, { requestBody: WHOLE }), BYTES));
    });
    expect([again, stored(), segment.rows]).toEqual([[false, false], [5, 5, 'first'], 1]);
  });
});
