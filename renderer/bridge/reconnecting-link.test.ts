import { describe, expect, it } from 'vitest';
import { CarrierError } from './carrier.ts';
import type { Carrier, Line } from './carrier.ts';
import { backOffMs, ReconnectingLink } from './reconnecting-link.ts';
import type { LinkState } from './reconnecting-link.ts';

/** Lines that answer with the path, opened and broken by the test. */
class ScriptedCarrier implements Carrier {
  readonly #results: (Line | CarrierError)[] = [];
  opened = 0;

  line(): { readonly line: Line; readonly breakOff: () => void } {
    const closed = Promise.withResolvers<void>();
    const link = { call: (path: readonly string[]) => Promise.resolve(path.join('.')) };
    const line: Line = { link, closed: closed.promise, close: closed.resolve };
    this.#results.push(line);
    return { line, breakOff: closed.resolve };
  }

  refuse(error: CarrierError): void {
    this.#results.push(error);
  }

  open(): Promise<Line> {
    this.opened += 1;
    const next = this.#results.shift();
    if (next === undefined) return new Promise(() => undefined);
    return next instanceof CarrierError ? Promise.reject(next) : Promise.resolve(next);
  }
}

function started(carrier: Carrier) {
  const states: LinkState[] = [];
  const timers: (() => void)[] = [];
  const waiting = { resolve: (): void => undefined };
  const link = new ReconnectingLink({
    open: () => carrier.open('hub'),
    onState: (state) => {
      states.push(state);
      waiting.resolve();
    },
    random: () => 0,
    setTimer: (fn) => void timers.push(fn),
  });
  void link.run();
  const until = async (kind: LinkState['kind'], times = 1): Promise<void> => {
    while (states.filter((state) => state.kind === kind).length < times) {
      await new Promise<void>((resolve) => {
        waiting.resolve = resolve;
      });
    }
  };
  return { link, states, timers, until };
}

describe('ReconnectingLink', () => {
  it('[UI20] a call made before there is a line waits for it', async () => {
    const carrier = new ScriptedCarrier();
    carrier.line();
    const { link } = started(carrier);
    await expect(link.call(['hub', 'info'], undefined, { context: {} })).resolves.toBe('hub.info');
  });
  it('[UI20] a waiting call ends when its signal aborts', async () => {
    const { link } = started(new ScriptedCarrier());
    const caller = new AbortController();
    const call = link.call(['hub', 'info'], undefined, { context: {}, signal: caller.signal });
    caller.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
  });
  it('[UI21] a line that breaks is said to be lost and opened again after the back-off', async () => {
    const carrier = new ScriptedCarrier();
    const first = carrier.line();
    carrier.line();
    const { link, states, timers, until } = started(carrier);
    await until('connected');
    first.breakOff();
    await until('lost');
    expect(states.at(-1)).toMatchObject({ kind: 'lost', refusal: 'unreachable', attempt: 1 });
    expect(carrier.opened).toBe(1);
    timers[0]?.();
    await until('connected', 2);
    await expect(link.call(['again'], undefined, { context: {} })).resolves.toBe('again');
  });
  it('[UI21] retry() does not wait for the timer', async () => {
    const carrier = new ScriptedCarrier();
    carrier.refuse(new CarrierError('unreachable', 'nobody there'));
    carrier.line();
    const { link, until } = started(carrier);
    await until('lost');
    link.retry();
    await until('connected');
    expect(carrier.opened).toBe(2);
  });
  it('[UI22] a refusal for want of a valid link is told apart from a hub out of reach', async () => {
    const carrier = new ScriptedCarrier();
    carrier.refuse(new CarrierError('unauthorized', 'no cookie'));
    const { states, until } = started(carrier);
    await until('lost');
    expect(states.at(-1)).toMatchObject({ refusal: 'unauthorized' });
  });
});

describe('backOffMs', () => {
  it('[UI21] doubles from 250 ms to 8 s, the upper half of it left to chance', () => {
    expect([1, 2, 3, 6, 7, 50].map((attempt) => backOffMs(attempt, () => 1))).toEqual([
      250, 500, 1_000, 8_000, 8_000, 8_000,
    ]);
    expect(backOffMs(1, () => 0)).toBe(125);
  });
});
