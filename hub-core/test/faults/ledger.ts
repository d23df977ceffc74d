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
  readonly #openOnTheWire = new Map<string, number>();

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

  /** Requests on open connections whose one Response has not come, whatever their callers made of it; by who says so. */
  openOnTheWire(callers: string, count: number): void {
    this.#openOnTheWire.set(callers, count);
  }

  /** @returns the entry, whose end is still open unless `toMs` is given */
  disturbed(disturbance: Omit<Disturbance, 'toMs'>, toMs = Infinity): Disturbance {
    const entry = { ...disturbance, toMs };
    this.#disturbances.push(entry);
    return entry;
  }

  /** How long there was no hub, ms. */
  get hubDownMs(): number {
    return this.#awayWithin(0, Date.now());
  }

  /** Sent and not settled, or not answered on the wire. */
  get open(): number {
    return this.#sent.size - this.#settled.size + this.#unanswered;
  }

  /** How many were sent while there was a hub, from then on. */
  sentWithHub(fromMs: number): number {
    const downs = this.#disturbances.filter(({ kind }) => kind === 'hub down');
    const isDown = (atMs: number): boolean => downs.some((down) => down.fromMs <= atMs && atMs <= down.toMs);
    return [...this.#sent.values()].filter(({ sentMs }) => sentMs >= fromMs && !isDown(sentMs)).length;
  }

  get #unanswered(): number {
    return [...this.#openOnTheWire.values()].reduce((sum, count) => sum + count, 0);
  }

  verdict(): Verdict {
    const answers: Record<string, number> = {};
    const faults = { lost: this.#unanswered, doubled: this.#doubledAnswers, mixedUp: 0, wrongKind: 0 };
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
      const label = labelOf(settled.outcome);
      answers[label] = (answers[label] ?? 0) + 1;
      const fault = this.#faultOf(request, settled, runs);
      if (fault !== undefined) count(fault, `${name} got ${label} after ${String(settled.atMs - request.sentMs)} ms`);
    }
    return { requests: this.#sent.size, answers, ...faults, examples: Object.values(examples).flat() };
  }

  #faultOf(
    request: SentRequest,
    { outcome, atMs }: { readonly outcome: Outcome; readonly atMs: number },
    runs: number,
  ): 'lost' | 'mixedUp' | 'wrongKind' | undefined {
    const isGood = outcome.kind === 'reply' && outcome.status === 200;
    if (isGood && !outcome.own) return 'mixedUp';
    if (isGood && runs === 0) return 'wrongKind';
    if (this.#explains(request, outcome, atMs)) return undefined;
    return outcome.kind === 'no answer' ? 'lost' : 'wrongKind';
  }

  /** True when that is what a request of its kind may end with, given what happened while it was under way. */
  #explains(request: SentRequest, outcome: Outcome, atMs: number): boolean {
    const { service, idempotent, sentMs } = request;
    switch (outcome.kind) {
      case 'connection lost':
        // What is sent again comes to an end at its deadline, and to `never` that is soon.
        if (idempotent && service !== 'never') return false;
        return this.#met('hub down', request, atMs) || this.#met('caller cut', request, atMs);
      case 'no answer':
        // The hub's 504 may come later than the caller waits; that it comes is seen on the wire. What waits for a hub that is
        // away ends at the caller, too.
        return service === 'never' || this.#awayWithin(sentMs, atMs, request.client) > (atMs - sentMs) / 2;
      case 'other':
        return false;
      case 'reply':
        return this.#explainsStatus(request, outcome.status, atMs);
    }
  }

  #explainsStatus(request: SentRequest, status: number, atMs: number): boolean {
    const hubDown = this.#met('hub down', request, atMs);
    // A hub that has just come back knows no services until their providers are back as well.
    if (hubDown && [404, 503].includes(status)) return true;
    if (STATUSES[request.service].includes(status)) return true;
    return status === 502 && !request.idempotent && (hubDown || this.#met('provider gone', request, atMs));
  }

  /** How much of that time there was no hub, or, when a client is given, no way from it to the hub, ms. */
  #awayWithin(fromMs: number, toMs: number, client?: number): number {
    const downs = this.#disturbances.filter(
      (each) => each.kind === 'hub down' || (each.kind === 'caller cut' && each.client === client),
    );
    return downs.reduce((sum, down) => sum + Math.max(0, Math.min(toMs, down.toMs) - Math.max(fromMs, down.fromMs)), 0);
  }

  /** True when that happened between the request's sending and its end. */
  #met(kind: Disturbance['kind'], { sentMs, client }: SentRequest, atMs: number): boolean {
    return this.#disturbances.some(
      (each) =>
        each.kind === kind &&
        each.fromMs <= atMs &&
        each.toMs >= sentMs &&
        (each.client === undefined || each.client === client),
    );
  }
}

/** With what a service's requests end when nothing happens to the hub. */
const STATUSES: Readonly<Record<ServiceName, readonly number[]>> = {
  work: [200],
  never: [504],
  // 500 for an answer that is none, the rest since its connection is closed for it.
  garbage: [404, 500, 502, 503],
};

function labelOf(outcome: Outcome): string {
  return outcome.kind === 'reply' ? String(outcome.status) : outcome.kind;
}
