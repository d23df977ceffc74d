/** Lets someone wait, once told to, until nothing is left. */
export class IdleGate {
  #idle: PromiseWithResolvers<void> | undefined;

  /** Whether anybody was told that nothing new comes. */
  get closing(): boolean {
    return this.#idle !== undefined;
  }

  /** To be called whenever there may be nothing left. */
  settle(left: number): void {
    if (left === 0) this.#idle?.resolve();
  }

  /** Resolves when nothing is left or `signal` aborts. @param left what there is now */
  async close(left: number, signal: AbortSignal): Promise<void> {
    this.#idle ??= Promise.withResolvers<void>();
    this.settle(left);
    if (signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const onAbort = (): void => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([this.#idle.promise, aborted.promise]);
    signal.removeEventListener('abort', onAbort);
  }
}
