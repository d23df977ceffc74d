import type { CallerJob, CallerNews, CallerOrder } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import { Program } from './program.ts';

/** All that a cut excuses is on its way within so many ms. */
const CUT_LASTS_MS = 250;

/** A process of callers, whose every request the ledger learns of. */
export class Callers implements AsyncDisposable {
  readonly #program: Program;
  readonly #connected = Promise.withResolvers<void>();

  constructor(name: string, job: CallerJob, options: { readonly ledger: Ledger; readonly prefix?: readonly string[] }) {
    const { ledger, prefix } = options;
    const message = (news: unknown): void => this.#record(name, news as CallerNews, ledger);
    this.#program = new Program('caller-program.ts', job, {
      hear: { message },
      ...(prefix !== undefined && { prefix }),
    });
  }

  /** Resolves when all are connected. */
  get connected(): Promise<void> {
    return this.#connected.promise;
  }

  order(order: CallerOrder): void {
    this.#program.tell(order);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  #record(name: string, news: CallerNews, ledger: Ledger): void {
    switch (news.news) {
      case 'connected':
        this.#connected.resolve();
        return;
      case 'cut':
        ledger.disturbed({ kind: 'caller cut', client: news.client, fromMs: news.atMs }, news.atMs + CUT_LASTS_MS);
        return;
      case 'requests':
        for (const request of news.sent) ledger.sent(request);
        for (const { n, outcome, atMs } of news.settled) ledger.settled(n, outcome, atMs);
        ledger.doubledOnTheWire(news.stray);
        ledger.openOnTheWire(name, news.open);
        return;
    }
  }
}
