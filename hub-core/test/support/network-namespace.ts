import { spawnSync } from 'node:child_process';

/** Networks of four addresses in 198.18.0.0/15, a block that is set aside for tests (RFC 2544). */
const NETWORKS = 2 ** 15;
/** Of one process, before its networks may be another's. */
const NETWORKS_OF_PROCESS = 8;

/** The hub's end of a link and the other one, of no other link on this machine: one namespace must not get another's packets. */
function addressesOf(pid: number, n: number): { readonly here: string; readonly there: string } {
  const network = (pid * NETWORKS_OF_PROCESS + n) % NETWORKS;
  const first = network * 4;
  const prefix = `198.${String(18 + (first >> 16))}.${String((first >> 8) & 255)}`;
  return { here: `${prefix}.${String((first & 255) + 1)}`, there: `${prefix}.${String((first & 255) + 2)}` };
}

function ip(...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

let made = 0;

/** A machine of its own, as far as the hub can tell: an address that is not loopback, behind a link that can lose everything. */
export class NetworkNamespace implements Disposable {
  /** Of this machine, as programs in the namespace reach it. */
  readonly here: string;
  /** Of the programs in the namespace. */
  readonly there: string;
  readonly #name: string;
  readonly #link: string;

  private constructor(n: number) {
    ({ here: this.here, there: this.there } = addressesOf(process.pid, n));
    const id = `${String(process.pid)}-${String(n)}`;
    this.#name = `whub${id}`;
    this.#link = `w${id}`;
  }

  /** @returns why there cannot be one here (not Linux, not root, no `ip`), or the namespace */
  static create(): NetworkNamespace | string {
    made += 1;
    const namespace = new NetworkNamespace(made);
    const { near, far } = namespace.#ends();
    const steps = [
      ['netns', 'add', namespace.#name],
      ['link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', namespace.#name],
      ['addr', 'add', `${namespace.here}/30`, 'dev', near],
      ['link', 'set', near, 'up'],
      ['-n', namespace.#name, 'addr', 'add', `${namespace.there}/30`, 'dev', far],
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
