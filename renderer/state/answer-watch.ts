/** Between two looks at whether the last question was answered, ms. */
const LOOK_EVERY_MS = 400;
/** Looks in a row without an answer. Counted, not timed: a page that slept finds the answer before its next look. */
const SILENT_LOOKS = 2;

export interface AnswerWatchDeps {
  /** Asks what is answered at once. May reject, when the line breaks. */
  readonly ask: () => Promise<unknown>;
  /** False while there is no line, which is said otherwise. */
  readonly isConnected: () => boolean;
  readonly onChange: (silent: boolean) => void;
}

/** Tells, over an open line, whether the other end answers. */
export class AnswerWatch {
  readonly #deps: AnswerWatchDeps;
  #question: Promise<unknown> | undefined;
  #missed = 0;
  #silent = false;

  constructor(deps: AnswerWatchDeps) {
    this.#deps = deps;
  }

  /** Looks every 400 ms until `signal` aborts: silence is told after 0.8 to 1.2 s. */
  run(signal: AbortSignal): void {
    const timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
    signal.addEventListener('abort', () => window.clearInterval(timer), { once: true });
  }

  look(): void {
    if (!this.#deps.isConnected()) this.#settled(this.#question);
    else if (this.#question === undefined) this.#ask();
    else {
      this.#missed += 1;
      if (this.#missed >= SILENT_LOOKS) this.#tell(true);
    }
  }

  #ask(): void {
    const question = this.#deps.ask();
    this.#question = question;
    const settled = (): void => this.#settled(question);
    question.then(settled, settled);
  }

  #settled(question: Promise<unknown> | undefined): void {
    if (question !== this.#question) return;
    this.#question = undefined;
    this.#missed = 0;
    this.#tell(false);
  }

  #tell(silent: boolean): void {
    if (this.#silent === silent) return;
    this.#silent = silent;
    this.#deps.onChange(silent);
  }
}
