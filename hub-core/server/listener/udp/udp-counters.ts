import type { MetricSample } from '../../../common/module/module.ts';

/** Why a datagram was dropped without a word. */
const DROPS = {
  malformed: 'no datagram of this wire',
  short: 'first Hellos that are too short to be answered',
  challenge: 'Hellos without a challenge that holds',
  barred: 'Hellos from addresses that are kept out',
  full: 'Hellos for which there was no room',
  draining: 'Hellos to a hub that is stopping',
  unknown: 'of no session',
  foreign: "from another address than the session's",
  forged: 'with a wrong tag',
  replayed: 'that came before',
  paused: 'of a session that is not read for a while',
  spent: 'Hellos repeated too often',
} as const;
export type Drop = keyof typeof DROPS;

/** What networks do by themselves, and what follows from limits: nothing that a person should look at. */
const HARMLESS: ReadonlySet<Drop> = new Set(['replayed', 'paused', 'draining', 'spent']);
const ALL = Object.keys(DROPS) as Drop[];
const zeros = (): Record<Drop, number> => Object.fromEntries(ALL.map((drop) => [drop, 0])) as Record<Drop, number>;

/** What came in and went out over UDP since the start, by what became of it. */
export class UdpCounters {
  received = 0;
  sent = 0;
  bytesIn = 0;
  bytesOut = 0;
  challenges = 0;
  sessions = 0;
  /** Requests that came again and were answered from memory, or that are still being handled. */
  repeats = 0;
  /** Messages for clients that did not fit, or that this transport does not carry. */
  unsent = 0;
  readonly #drops = zeros();
  #told = zeros();

  drop(why: Drop): void {
    this.#drops[why] += 1;
  }

  dropsOf(why: Drop): number {
    return this.#drops[why];
  }

  /** @returns what was dropped since the last time and deserves a line in the log; undefined when nothing was */
  news(): string | undefined {
    const news = ALL.filter((drop) => !HARMLESS.has(drop) && this.#drops[drop] > this.#told[drop]).map(
      (drop) => `${drop} ${String(this.#drops[drop] - this.#told[drop])}`,
    );
    this.#told = { ...this.#drops };
    return news.length === 0 ? undefined : news.join(', ');
  }

  samples(): readonly MetricSample[] {
    const counter = (name: string, help: string, value: number): MetricSample => {
      return { name, help, kind: 'counter', value };
    };
    return [
      counter('datagrams_received_total', 'Datagrams that came in.', this.received),
      counter('datagrams_sent_total', 'Datagrams that went out.', this.sent),
      counter('received_bytes_total', 'Bytes of the datagrams that came in.', this.bytesIn),
      counter('sent_bytes_total', 'Bytes of the datagrams that went out.', this.bytesOut),
      counter('challenges_total', 'Hellos that were answered with a challenge.', this.challenges),
      counter('sessions_total', 'Challenges that were met.', this.sessions),
      counter('repeats_total', 'Requests that came again and were not handled again.', this.repeats),
      counter('unsent_total', 'Messages to clients that did not fit into a datagram or cannot go in one.', this.unsent),
      ...ALL.map((drop): MetricSample => {
        const help = 'Datagrams dropped without an answer.';
        return { name: 'dropped_total', help, kind: 'counter', value: this.#drops[drop], labels: { why: drop } };
      }),
    ];
  }
}
