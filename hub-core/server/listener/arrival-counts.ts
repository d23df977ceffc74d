import type { Clock } from '../../common/base/clock.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { MetricSample } from '../../common/module/module.ts';

/** What a connection speaks. */
export type ArrivalKind = 'http' | 'tcp' | 'tls';

/**
 * Why nothing came of a connection. `silent` said nothing, `half` began something, `unknown` said something else, `off` speaks
 * what is switched off, `plain` does so without the encryption that is asked for, `limit` comes too often or is blocked,
 * `handshake` failed at TLS, `certificate` shows none that counts where one is asked for, `proxy` has a wrong PROXY header or none, `stopping` comes too late.
 */
export type RefusalReason =
  'silent' | 'half' | 'unknown' | 'off' | 'plain' | 'limit' | 'handshake' | 'certificate' | 'proxy' | 'stopping';

const LOG_EVERY_MS = 1_000;

export interface ArrivalCountsDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Counts what comes to the port, and logs what is refused there at most once a second. */
export class ArrivalCounts {
  readonly #deps: ArrivalCountsDeps;
  readonly #taken: Record<ArrivalKind, number> = { http: 0, tcp: 0, tls: 0 };
  readonly #refused: Record<RefusalReason, number> = {
    silent: 0,
    half: 0,
    unknown: 0,
    off: 0,
    plain: 0,
    limit: 0,
    handshake: 0,
    certificate: 0,
    proxy: 0,
    stopping: 0,
  };
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(deps: ArrivalCountsDeps) {
    this.#deps = deps;
  }

  took(kind: ArrivalKind): void {
    this.#taken[kind] += 1;
  }

  /** @param detail for the log: what exactly was wrong, as far as it is known */
  refused(reason: RefusalReason, address: string, detail: string): void {
    this.#refused[reason] += 1;
    const { clock, log } = this.#deps;
    const nowMs = clock.nowMs();
    if (nowMs - this.#loggedAtMs < LOG_EVERY_MS) {
      this.#unlogged += 1;
      return;
    }
    const others = this.#unlogged === 0 ? '' : `; ${String(this.#unlogged)} others since the last such line`;
    this.#loggedAtMs = nowMs;
    this.#unlogged = 0;
    log.info({ address, reason: `${reason}: ${detail}${others}` }, 'refused a connection');
  }

  /** @param pending connections that have not said yet what they speak */
  metrics(pending: number): readonly MetricSample[] {
    const taken = Object.entries(this.#taken).map(([protocol, value]): MetricSample => {
      const help = 'Connections by what they speak first; inside TLS something is spoken again.';
      return { name: 'arrivals_total', help, kind: 'counter', value, labels: { protocol } };
    });
    const refused = Object.entries(this.#refused).map(([reason, value]): MetricSample => {
      const help = 'Connections refused before they were one.';
      return { name: 'arrivals_refused_total', help, kind: 'counter', value, labels: { reason } };
    });
    const help = 'Connections that have not said yet what they speak.';
    return [...taken, ...refused, { name: 'arrivals_pending', help, kind: 'gauge', value: pending }];
  }
}
