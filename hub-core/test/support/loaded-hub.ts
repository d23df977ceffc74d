import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCapture } from '../../cli/capture-session.ts';
import { HubClient } from '../../client/node/index.ts';
import { CliProcess } from './cli-process.ts';

/** Requests that await their answer at any moment. */
const AT_ONCE = 24;
/** Of each request. */
export const BODY_BYTES = 512;
const BODY = 'x'.repeat(BODY_BYTES);
/** The newest rows, which are read with each count. */
const NEWEST = 32;

/** A row as the console showed it; without an outcome while its answer was awaited. */
export interface ShownRow {
  readonly uri: string;
  readonly outcome: string | null;
}

/** What was known outside the hub when it was killed. */
export interface KnownAtKill {
  /** Numbers of the requests that were answered. */
  readonly answered: readonly number[];
  /** Rows that the console counted last. */
  readonly counted: number;
  /** Rows that the console showed, by their numbers. */
  readonly shown: ReadonlyMap<number, ShownRow>;
}

export interface LoadedHubOptions {
  readonly dataDir: string;
  /** Its requests are for `/echo/<name>/<number>`, numbered from 0. */
  readonly name: string;
  /** Of the configuration, each as `--set` takes it. */
  readonly settings: readonly string[];
  /** Where Node keeps what it compiled, see {@link warmUp}. */
  readonly compileCache: string;
}

function serve({ dataDir, settings, compileCache }: Omit<LoadedHubOptions, 'name'>): CliProcess {
  const set = settings.flatMap((setting) => ['--set', setting]);
  const args = ['serve', '--port', '0', '--data', dataDir, '--json', ...set];
  return new CliProcess(args, { NODE_COMPILE_CACHE: compileCache });
}

/** A hub that starts and stops: what Node compiled for it is kept as it ends, which a hub that is killed cannot do. */
export async function warmUp(options: Omit<LoadedHubOptions, 'name'>): Promise<void> {
  await using process = serve(options);
  await process.line(/ready/);
  process.kill('SIGTERM');
  await process.ended;
}

/**
 * `whub serve` in a process of its own, a program that calls a service without a pause, and a console that asks what is stored as
 * fast as it is answered; until the hub is killed.
 */
export class LoadedHub implements AsyncDisposable {
  readonly #process: CliProcess;
  readonly #killed = new AbortController();
  readonly #answered: number[] = [];
  readonly #shown = new Map<number, ShownRow>();
  #work: Promise<unknown> = Promise.resolve();
  #sent = 0;
  #counted = 0;

  private constructor(process: CliProcess) {
    this.#process = process;
  }

  /** @returns when the hub is ready and its load begins */
  static async start(options: LoadedHubOptions): Promise<LoadedHub> {
    const { dataDir, name } = options;
    await using owned = new AsyncDisposableStack();
    const process = owned.use(serve(options));
    const { url } = JSON.parse(await process.line(/ready/)) as { url: string };
    const key = (await readFile(join(dataDir, 'cli.key'), 'utf8')).trim();
    const hub = new LoadedHub(process);
    hub.#work = Promise.all([
      hub.#untilKilled(() => hub.#call(url, key, name)),
      hub.#untilKilled(() => hub.#look(url, key)),
    ]);
    owned.move();
    return hub;
  }

  /** `kill -9`. @throws what went wrong before */
  async kill(): Promise<KnownAtKill> {
    this.#killed.abort();
    this.#process.kill('SIGKILL');
    await this.#process.ended;
    await this.#work;
    return { answered: this.#answered, counted: this.#counted, shown: this.#shown };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }

  /** What a dead hub does not answer is no failure. */
  async #untilKilled(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#killed.signal.aborted) throw error;
    }
  }

  async #call(url: string, key: string, name: string): Promise<void> {
    await using client = await HubClient.connect({ url, client: 'cli', key, reconnect: false });
    await client.provide({ id: 'echo', routes: [{ pattern: '/*rest', handler: ({ uri }) => ({ json: uri }) }] });
    const callOn = async (): Promise<void> => {
      for (;;) {
        const number = this.#sent++;
        await client.request({ method: 'POST', uri: `/echo/${name}/${String(number)}`, body: BODY });
        if (this.#killed.signal.aborted) return;
        this.#answered.push(number);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, callOn));
  }

  async #look(url: string, key: string): Promise<void> {
    const { signal } = this.#killed;
    await using session = await openCapture({ url, client: 'cli', key }, signal);
    const { capture } = session;
    const { queryId } = await capture.open({ query: '' }, { signal });
    for (;;) {
      const { count } = await capture.refresh({ queryId }, { signal });
      const from = Math.max(0, count - NEWEST);
      const { rows } = await capture.window({ queryId, from, count: NEWEST }, { signal });
      this.#counted = count;
      for (const { seq, uri, outcome } of rows) this.#shown.set(seq, { uri, outcome });
    }
  }
}
