import { describe, expect, it } from 'vitest';
import { memorySource, RangeSource } from './byte-source.ts';

const PAGE = 1 << 16;

interface Asked {
  readonly offset: number;
  readonly length: number;
  readonly signal: AbortSignal;
  readonly answer: PromiseWithResolvers<Uint8Array>;
}

function ranges(length: number) {
  const asked: Asked[] = [];
  const source = new RangeSource(length, (offset, count, signal) => {
    const answer = Promise.withResolvers<Uint8Array>();
    asked.push({ offset, length: count, signal, answer });
    return answer.promise;
  });
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = source.subscribe(() => {
        stop();
        resolve();
      });
    });
  return { asked, source, changed };
}

describe('RangeSource', () => {
  it('[UI96] reads the page that is looked at, and has its bytes when they came', async () => {
    const { asked, source, changed } = ranges(PAGE + 20);
    expect(source.read(PAGE, 16)).toBeUndefined();
    expect(source.read(PAGE + 16, 4)).toBeUndefined();
    expect(asked.map(({ offset, length }) => [offset, length])).toEqual([[PAGE, 20]]);
    const came = changed();
    asked[0]?.answer.resolve(Uint8Array.from({ length: 20 }, (_, at) => at));
    await came;
    expect([source.read(PAGE, 16)?.length, source.read(PAGE + 16, 16)]).toEqual([16, Uint8Array.of(16, 17, 18, 19)]);
  });
  it('[UI96] reads at most two pages at once, and of what was passed over meanwhile only the last', async () => {
    const { asked, source, changed } = ranges(PAGE * 100);
    for (let page = 0; page < 50; page += 1) source.read(page * PAGE, 16);
    expect(asked.map(({ offset }) => offset / PAGE)).toEqual([0, 1]);
    for (let place = 0; place < 10; place += 1) {
      const came = changed();
      asked[place]?.answer.resolve(new Uint8Array(PAGE));
      await came;
    }
    expect(asked.map(({ offset }) => offset / PAGE)).toEqual([0, 1, 49, 48, 47, 46, 45, 44, 43, 42]);
  });
  it('[UI96] keeps 64 pages, the ones looked at last', async () => {
    const { asked, source, changed } = ranges(PAGE * 100);
    for (let page = 0; page < 66; page += 1) {
      source.read(page * PAGE, 16);
      // The first stays in sight.
      if (page > 0) source.read(0, 16);
      const came = changed();
      asked.at(-1)?.answer.resolve(new Uint8Array(PAGE));
      await came;
    }
    const before = asked.length;
    expect([source.read(0, 16)?.length, source.read(65 * PAGE, 16)?.length, asked.length]).toEqual([16, 16, before]);
    expect([source.read(PAGE, 16), asked.length]).toEqual([undefined, before + 1]);
  });
  it('[UI96] says what went wrong, and asks for nothing more then', async () => {
    const { asked, source, changed } = ranges(PAGE * 3);
    source.read(0, 16);
    const told = changed();
    asked[0]?.answer.reject(new Error('gone'));
    await told;
    source.read(PAGE, 16);
    expect([source.error?.message, asked.length]).toEqual(['gone', 1]);
  });
  it('[UI96] ends what it reads when nobody looks any more', () => {
    const { asked, source } = ranges(PAGE * 3);
    source.read(0, 16);
    source[Symbol.dispose]();
    source.read(PAGE, 16);
    expect([asked.length, asked[0]?.signal.aborted]).toEqual([1, true]);
  });
});

describe('memorySource', () => {
  it('[UI96] has its bytes at once', () => {
    expect(memorySource(Uint8Array.of(1, 2, 3)).read(0, 16)).toEqual(Uint8Array.of(1, 2, 3));
  });
});
