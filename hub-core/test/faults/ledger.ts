/** What became of every request of a run: the one place that knows them all and says what is wrong. */

/** `work` answers; `never` does not; `garbage` answers with what is no answer. */
export type ServiceName = 'work' | 'never' | 'garbage';

export interface SentRequest {
  /** Unique in the run, and in the request's body. */
  readonly n: number;
  readonly client: number;
  readonly service: ServiceName;
  readonly idempotent: boolean;
  readonly sentMs: number;
}

/** `own`: the body carries this request's number. */
export type Outcome =
  | { readonly kind: 'reply'; readonly status: number; readonly own: boolean }
  | { readonly kind: 'connection lost' | 'no answer' | 'other'; readonly text: string };

/** What was done to the hub and its clients, and for how long that excuses anything. */
export interface Disturbance {
  readonly kind: 'provider gone' | 'hub down' | 'caller cut';
  /** Of `caller cut`: which. */
  readonly client?: number;
  readonly fromMs: number;
  /** Infinity while it lasts. */
  toMs: number;
}

export interface Verdict {
  readonly requests: number;
  /** How many ended how: `200`, `502`, `connection lost` … */
  readonly answers: Readonly<Record<string, number>>;
  /** Requests without any terminal answer. */
  readonly lost: number;
  /** Second answers to one request, and second executions of what may run once. */
  readonly doubled: number;
  /** Answers with another request's body. */
  readonly mixedUp: number;
  /** Answers that nothing which happened explains. */
  readonly wrongKind: number;
  /** The first few of each, in words. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES_EACH = 5;

export class Ledger {
  readonly #sent = new Map<number, SentRequest>();
  readonly #settled = new Map<number, { readonly outcome: Outcome; readonly atMs: number }>();
  readonly #executions = new Map<number, number>();
  readonly #disturbances: Disturbance[] = [];
  #doubledAnswers = 0;
  #openOnTheWire = 0;

  sent(request: SentRequest): void {
    this.#sent.set(request.n, request);
  }

  settled(n: number, outcome: Outcome, atMs: number): void {
    if (this.#settled.has(n)) this.#doubledAnswers += 1;
    else this.#settled.set(n, { outcome, atMs });
  }

  /** A provider's handler began to work on it. */
  executed(n: number): void {
    this.#executions.set(n, (this.#executions.get(n) ?? 0) + 1);
  }

  /** Answers on the wire to what had its answer, or was never asked. */
  doubledOnTheWire(count: number): void {
    this.#doubledAnswers += count;
  }

  /** Requests on open connections whose one Response has not come, whatever their callers made of it. */
  openOnTheWire(count: number): void {
    this.#openOnTheWire = count;
  }

  /** @returns the entry, whose end is still open unless `toMs` is given */
  disturbed(disturbance: Omit<Disturbance, 'toMs'>, toMs = Infinity): Disturbance {
    const entry = { ...disturbance, toMs };
    this.#disturbances.push(entry);
    return entry;
  }

  /** Sent and not settled, or not answered on the wire. */
  get open(): number {
    return this.#sent.size - this.#settled.size + this.#openOnTheWire;
  }

  verdict(): Verdict {
    const answers: Record<string, number> = {};
    const faults = { lost: this.#openOnTheWire, doubled: this.#doubledAnswers, mixedUp: 0, wrongKind: 0 };
    const examples = { lost: [], doubled: [], mixedUp: [], wrongKind: [] } satisfies Record<
      keyof typeof faults,
      string[]
    >;
    const count = (fault: keyof typeof faults, text: string): void => {
      faults[fault] += 1;
      const list: string[] = examples[fault];
      if (list.length < MAX_EXAMPLES_EACH) list.push(text);
    };
    for (const request of this.#sent.values()) {
      const settled = this.#settled.get(request.n);
      const runs = this.#executions.get(request.n) ?? 0;
      const name = `request ${String(request.n)} (${request.idempotent ? 'PUT' : 'POST'} ${request.service})`;
      if (!request.idempotent && runs > 1) count('doubled', `${name} ran ${String(runs)} times`);
      if (settled === undefined) {
        count('lost', `${name} has no answer at all`);
        continue;
      }
      const { outcome, atMs } = settled;
      const label = labelOf(outcome);
      const detail = `${label}${outcome.kind === 'reply' ? '' : `: ${outcome.text}`} after ${String(atMs - request.sentMs)} ms`;
      answers[label] = (answers[label] ?? 0) + 1;
      if (label === '200' && outcome.kind === 'reply' && !outcome.own) count('mixedUp', `${name} got another's body`);
      else if (label === '200' && runs === 0) count('wrongKind', `${name} was answered and never ran`);
      else if (!this.#explains(request, outcome, atMs)) {
        count(outcome.kind === 'no answer' ? 'lost' : 'wrongKind', `${name} got ${detail}`);
      }
    }
    return { requests: this.#sent.size, answers, ...faults, examples: Object.values(examples).flat() };
  }

  /** True when that is what a request of its kind may end with, given what happened while it was under way. */
  #explains(request: SentRequest, outcome: Outcome, atMs: number): boolean {
    const met = (kind: Disturbance['kind']): boolean =>
      this.#disturbances.some(
        (each) =>
          each.kind === kind &&
          each.fromMs <= atMs &&
          each.toMs >= request.sentMs &&
          (each.client === undefined || each.client === request.client),
      );
    if (outcome.kind === 'connection lost') {
      // What is sent again comes to an end at its deadline, and to `never` that is soon.
      return (!request.idempotent || request.service === 'never') && (met('hub down') || met('caller cut'));
    }
    // The hub's 504 may come later than the caller waits; that it comes is seen on the wire.
    if (outcome.kind === 'no answer') return request.service === 'never';
    if (outcome.kind !== 'reply') return false;
    // A hub that has just come back knows no services until their providers are back as well.
    if (outcome.status === 404 || outcome.status === 503) {
      if (met('hub down')) return true;
    }
    // 500 for an answer that is none, and 502 and 503 since its connection is closed for it.
    if (request.service === 'garbage') return [500, 502, 503, 404].includes(outcome.status);
    if (request.service === 'never') return outcome.status === 504 || (outcome.status === 502 && met('hub down'));
    if (outcome.status === 502) return !request.idempotent && (met('provider gone') || met('hub down'));
    return outcome.status === 200;
  }
}

function labelOf(outcome: Outcome): string {
  return outcome.kind === 'reply' ? String(outcome.status) : outcome.kind;
}
