import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { unlessAborted } from '../support/unless-aborted.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** The hub itself knows nothing of this: loaded beside it, so that memory is compared without what nobody holds any more. */
const COLLECTOR = new URL('hub-preload.ts', import.meta.url).href;

/** Short, so that a run has the time for connections that say nothing; longer than any freeze. */
export const HEARTBEAT_MS = 2_000;

/** A machine that has a lot to do may need so long to start a process and read what a run has stored. */
const STARTS_WITHIN_MS = 60_000;

const readyLine = z.object({ event: z.literal('ready'), port: z.number(), url: z.string() });
const statusFigures = z.object({
  connections: z.number(),
  in_flight: z.number(),
  queued: z.number(),
});

/** A hub as `whub serve` runs it: a process that can be killed and started again on the same data and port. */
export class HubProcess implements AsyncDisposable {
  readonly #dataDir: string;
  readonly #host: string;
  /** Of a client, to read the status with. */
  readonly #key: string;
  #child: ChildProcess | undefined;
  #port = 0;
  #log = '';

  constructor(options: { dataDir: string; key: string; host?: string }) {
    this.#dataDir = options.dataDir;
    this.#key = options.key;
    this.#host = options.host ?? '127.0.0.1';
  }

  get port(): number {
    return this.#port;
  }

  /** @param host one of this machine's addresses that the hub listens on */
  url(host = '127.0.0.1'): string {
    return `ws://${host}:${String(this.#port)}/`;
  }

  /** What the hub wrote to stderr, its last 4,000 characters. */
  get log(): string {
    return this.#log;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @throws {Error} when it ends, or says nothing for a minute */
  async start(): Promise<void> {
    const remote = this.#host === '127.0.0.1' ? [] : ['--allow-remote'];
    const where = ['--host', this.#host, '--port', String(this.#port), ...remote];
    const child = spawn(
      process.execPath,
      [
        '--expose-gc',
        '--import',
        COLLECTOR,
        MAIN,
        'serve',
        ...where,
        '--data',
        this.#dataDir,
        '--json',
        '--log',
        'error',
        '--set',
        `limits.heartbeatMs=${String(HEARTBEAT_MS)}`,
      ],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#log = (this.#log + text).slice(-4_000)));
    const started = Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
      once(child, 'exit').then(([code]) => {
        throw new Error(`Cannot start the hub: it ended with ${String(code)}: ${this.#log}`);
      }),
    ]);
    const line = await unlessAborted(AbortSignal.timeout(STARTS_WITHIN_MS), started);
    this.#port = readyLine.parse(JSON.parse(line)).port;
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async get(path: string, key = this.#key): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`http://127.0.0.1:${String(this.#port)}${path}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(5_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  async figures(): Promise<z.output<typeof statusFigures>> {
    return statusFigures.parse((await this.get('/status/')).body);
  }

  /** Has garbage collected. */
  collect(): void {
    this.#child?.kill('SIGUSR2');
  }

  /** Bytes that the process holds in memory now. */
  rssBytes(): number {
    const status = readFileSync(`/proc/${String(this.#child?.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
