import { fork, type ChildProcess, type Serializable, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A client program of a run in a process of its own: told by IPC, heard by IPC and by the lines that it prints. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /**
   * @param job what it finds in `argv[2]`, as JSON
   * @param prefix what starts a program somewhere else, see {@link NetworkNamespace.prefix}
   */
  constructor(
    file: `${string}-program.ts`,
    job: unknown,
    { hear, prefix = [] }: { readonly hear: ProgramListener; readonly prefix?: readonly string[] },
  ) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const [execPath, ...execArgv] = [...prefix, process.execPath];
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'];
    this.#child = fork(path, [JSON.stringify(job)], { stdio, execPath, execArgv });
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', (message) => hear.message?.(message));
    this.#child.on('error', () => undefined);
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', (line) => hear.line?.(line));
  }

  tell(message: Serializable): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

export interface ProgramListener {
  readonly message?: (message: unknown) => void;
  readonly line?: (line: string) => void;
}
