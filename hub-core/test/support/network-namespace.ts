import { spawnSync } from 'node:child_process';

/** The hub's end of the link, and the other one: a block that is set aside for tests (RFC 2544). */
const HERE = '198.18.7.1';
const THERE = '198.18.7.2';

function ip(...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

let made = 0;

/** A machine of its own, as far as the hub can tell: an address that is not loopback, behind a link that can lose everything. */
export class NetworkNamespace implements Disposable {
  /** Of this machine, as programs in the namespace reach it. */
  readonly here = HERE;
  /** Of the programs in the namespace. */
  readonly there = THERE;
  readonly #name: string;
  readonly #link: string;

  private constructor(name: string, link: string) {
    this.#name = name;
    this.#link = link;
  }

  /** @returns why there cannot be one here (not Linux, not root, no `ip`), or the namespace */
  static create(): NetworkNamespace | string {
    made += 1;
    const id = `${String(process.pid)}-${String(made)}`;
    const namespace = new NetworkNamespace(`whub${id}`, `w${id}`);
    const { near, far } = namespace.#ends();
    const steps = [
      ['netns', 'add', namespace.#name],
      ['link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', namespace.#name],
      ['addr', 'add', `${HERE}/30`, 'dev', near],
      ['link', 'set', near, 'up'],
      ['-n', namespace.#name, 'addr', 'add', `${THERE}/30`, 'dev', far],
      ['-n', namespace.#name, 'link', 'set', far, 'up'],
    ];
    for (const step of steps) {
      const failure = ip(...step);
      if (failure === undefined) continue;
      namespace[Symbol.dispose]();
      return `ip ${step.join(' ')}: ${failure}`;
    }
    return namespace;
  }

  /** What starts a program in the namespace: put it before the program and its arguments. */
  get prefix(): readonly [command: string, ...args: string[]] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  /**
   * Whether packets pass. While they do not, they are lost without a word: neither side learns that the other cannot hear it.
   *
   * @throws {Error} when `ip` cannot do that
   */
  setPassing(passing: boolean): void {
    // The far end: the near one would take its route with it, and the system would then tell senders that there is none.
    const failure = ip('-n', this.#name, 'link', 'set', this.#ends().far, passing ? 'up' : 'down');
    if (failure !== undefined) throw new Error(`Cannot change the link of the namespace: ${failure}`);
  }

  [Symbol.dispose](): void {
    ip('link', 'del', this.#ends().near);
    ip('netns', 'del', this.#name);
  }

  #ends(): { readonly near: string; readonly far: string } {
    return { near: `${this.#link}a`, far: `${this.#link}b` };
  }
}
