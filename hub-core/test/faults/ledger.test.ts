import { describe, expect, it } from 'vitest';
import { Ledger, type Outcome, type SentRequest, type Verdict } from './ledger.ts';

const REQUEST: SentRequest = { n: 1, client: 7, service: 'work', idempotent: false, sentMs: 1_000 };
const OWN: Outcome = { kind: 'reply', status: 200, own: true };

/** One request, what was done while it was under way, and what came of it after 100 ms. */
function judge(
  outcome: Outcome | undefined,
  {
    request = {},
    runs = 1,
    during = () => undefined,
  }: { request?: Partial<SentRequest>; runs?: number; during?: (ledger: Ledger) => unknown } = {},
): Partial<Verdict> {
  const ledger = new Ledger();
  ledger.sent({ ...REQUEST, ...request });
  during(ledger);
  for (let run = 0; run < runs; run += 1) ledger.executed(REQUEST.n);
  if (outcome !== undefined) ledger.settled(REQUEST.n, outcome, 1_100);
  const { lost, doubled, mixedUp, wrongKind } = ledger.verdict();
  return Object.fromEntries(Object.entries({ lost, doubled, mixedUp, wrongKind }).filter(([, count]) => count > 0));
}

const reply = (status: number, own = false): Outcome => ({ kind: 'reply', status, own });
const lost: Outcome = { kind: 'connection lost', text: '' };
const silence: Outcome = { kind: 'no answer', text: '' };

describe('Ledger.verdict', () => {
  it('[FT6] finds nothing wrong with an answer of its own', () => {
    expect(judge(OWN)).toEqual({});
  });

  it('[FT6] tells what has no answer, two, another one, or ran twice though it may run once', () => {
    expect(judge(undefined)).toEqual({ lost: 1 });
    expect(judge(silence)).toEqual({ lost: 1 });
    expect(judge(reply(200))).toEqual({ mixedUp: 1 });
    expect(judge(OWN, { runs: 2 })).toEqual({ doubled: 1 });
    expect(judge(OWN, { runs: 2, request: { idempotent: true } })).toEqual({});
    expect(judge(OWN, { during: (ledger) => ledger.settled(1, OWN, 1_050) })).toEqual({ doubled: 1 });
    expect(judge(OWN, { during: (ledger) => ledger.doubledOnTheWire(1) })).toEqual({ doubled: 1 });
    expect(judge(OWN, { during: (ledger) => ledger.openOnTheWire('near', 1) })).toEqual({ lost: 1 });
  });

  it('[FT6] tells an answer that nothing explains', () => {
    for (const outcome of [reply(502), reply(503), reply(504), reply(404), reply(500), lost]) {
      expect([outcome, judge(outcome)]).toEqual([outcome, { wrongKind: 1 }]);
    }
    expect(judge(OWN, { runs: 0 })).toEqual({ wrongKind: 1 });
    expect(judge({ kind: 'other', text: '' })).toEqual({ wrongKind: 1 });
  });

  it('[FT6] takes what was done at the time for a reason, and no other time or client', () => {
    const gone = (ledger: Ledger): unknown => ledger.disturbed({ kind: 'provider gone', fromMs: 1_050 }, 1_060);
    const before = (ledger: Ledger): unknown => ledger.disturbed({ kind: 'provider gone', fromMs: 0 }, 999);
    const cut = (client: number) => (ledger: Ledger) =>
      ledger.disturbed({ kind: 'caller cut', client, fromMs: 1_050 }, 1_060);
    const down = (ledger: Ledger): unknown => ledger.disturbed({ kind: 'hub down', fromMs: 1_010 }, 1_090);
    const idempotent = { idempotent: true };
    expect(judge(reply(502), { during: gone })).toEqual({});
    expect(judge(reply(502), { during: gone, request: idempotent })).toEqual({ wrongKind: 1 });
    expect(judge(reply(502), { during: before })).toEqual({ wrongKind: 1 });
    expect(judge(lost, { during: cut(7) })).toEqual({});
    expect(judge(lost, { during: cut(8) })).toEqual({ wrongKind: 1 });
    expect(judge(lost, { during: cut(7), request: idempotent })).toEqual({ wrongKind: 1 });
    expect(judge(silence, { during: down })).toEqual({});
    expect(judge(reply(503), { during: down })).toEqual({});
    expect(judge(reply(504), { request: { service: 'never' } })).toEqual({});
  });

  it('[FT6] counts the requests that were sent while there was a hub', () => {
    const ledger = new Ledger();
    for (const [n, sentMs] of [10, 20, 30, 40].entries()) ledger.sent({ ...REQUEST, n, sentMs });
    ledger.disturbed({ kind: 'hub down', fromMs: 25 }, 35);
    expect(ledger.sentWithHub(15)).toBe(2);
  });
});
