import type { OddProviderJob, OddWay, ProviderJob } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import { Program } from './program.ts';

export interface Hire {
  readonly url: string;
  readonly key: string;
  readonly ledger: Ledger;
  /** Of a program that runs somewhere else. */
  readonly prefix?: readonly string[];
}

/** How long after a provider's death the hub may still hand it something: until its kernel's last word is read. */
const GONE_FOR_MS = 1_000;

/** A provider of the run, its process replaced when it was killed. */
export class Provider implements AsyncDisposable {
  /** Held by whoever is doing something to it. */
  busy = false;
  readonly #hire: Hire;
  readonly #odd: Omit<OddProviderJob, keyof ProviderJob> | undefined;
  #program: Program;
  #ready = Promise.withResolvers<void>();

  constructor(hire: Hire, odd?: { readonly way: OddWay; readonly seed: number }) {
    this.#hire = hire;
    this.#odd = odd;
    this.#program = this.#start();
  }

  /** Resolves when it is registered; anew after every `kill`. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** `kill -9`, and another one in its place; resolves when that one is registered. */
  async kill(): Promise<void> {
    const gone = this.#hire.ledger.disturbed({ kind: 'provider gone', fromMs: Date.now() });
    await this.#program.kill();
    gone.toMs = Date.now() + GONE_FOR_MS;
    this.#ready = Promise.withResolvers();
    this.#program = this.#start();
    await this.ready;
  }

  freeze(): void {
    this.#program.signal('SIGSTOP');
  }

  thaw(): void {
    this.#program.signal('SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  #start(): Program {
    const { url, key, ledger, prefix } = this.#hire;
    const job: ProviderJob | OddProviderJob = { url, key, ...this.#odd };
    const file = this.#odd === undefined ? 'provider-program.ts' : 'odd-provider-program.ts';
    const line = (text: string): void => {
      if (text === 'ready') this.#ready.resolve();
      else if (text.startsWith('e')) ledger.executed(Number(text.slice(1)));
    };
    return new Program(file, job, { hear: { line }, ...(prefix !== undefined && { prefix }) });
  }
}
