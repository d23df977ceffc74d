import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The real CLI in a process of its own, run from its sources. Killed when disposed, if it still runs. */
export class CliProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<CliResult>;
  readonly #watchers = new Set<() => void>();
  #stdout: Buffer = Buffer.alloc(0);
  #stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, stdin = '') {
    const child = spawn(process.execPath, [MAIN, ...args], {
      // Nothing of the machine's own hub, context or credential gets in.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.end(stdin);
    child.stdout.on('data', (chunk: Buffer) => this.#collect(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString('utf8');
      this.#wake();
    });
    this.#ended = once(child, 'close').then(([code]) => {
      this.#wake();
      return { code: code as number | null, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** Runs a command to its end. */
  static run(args: readonly string[], env: Readonly<Record<string, string>>, stdin?: string): Promise<CliResult> {
    return new CliProcess(args, env, stdin).ended;
  }

  get ended(): Promise<CliResult> {
    return this.#ended;
  }

  /** Waits for the nth line of stdout that matches, from 1. @throws {Error} when the process ends before */
  line(pattern: RegExp, nth = 1): Promise<string> {
    return this.#line(() => this.#stdout.toString('utf8'), pattern, nth);
  }

  /** As {@link line}, for stderr. */
  errorLine(pattern: RegExp): Promise<string> {
    return this.#line(() => this.#stderr, pattern, 1);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #line(text: () => string, pattern: RegExp, nth: number): Promise<string> {
    for (;;) {
      const lines = text().split('\n').slice(0, -1);
      const found = lines.filter((line) => pattern.test(line))[nth - 1];
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) {
        throw new Error(
          `The command ended with ${String(this.#child.exitCode)} before it printed ${String(pattern)}: ${this.#stderr}`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#watchers.add(resolve);
      await promise;
    }
  }

  #collect(chunk: Buffer): void {
    this.#stdout = Buffer.concat([this.#stdout, chunk]);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
  }
}
