// The programs that a benchmark measures: started, waited for, and gone when it ends, however it does.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MAIN = 'hub-core/cli/main.ts';

export class Programs {
  // oxlint-disable typescript/prefer-readonly -- JavaScript has no such modifier
  #children = [];
  #folders = [];
  // oxlint-enable typescript/prefer-readonly

  constructor() {
    // A benchmark that is killed ends without disposing of anything.
    process.once('exit', () => this.#clear());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  }

  /** @returns a new folder, removed at the end */
  folder() {
    const path = mkdtempSync(join(tmpdir(), 'whub-bench-'));
    this.#folders.push(path);
    return path;
  }

  /**
   * Starts a program and waits for its first line.
   *
   * @param {string[]} args of Node
   * @param {(args: string[]) => [command: string, args: string[]]} [place] where it runs
   * @returns {Promise<{ child: import('node:child_process').ChildProcess, line: string }>}
   */
  async start(args, place = (all) => [process.execPath, all]) {
    const [command, all] = place(args);
    const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    const [line] = await Promise.race([
      once(createInterface(child.stdout), 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`Cannot start ${args.join(' ')}: it ended with ${code}`);
      }),
    ]);
    return { child, line };
  }

  /** Starts a command of this checkout's CLI. */
  whub(...args) {
    return this.start([join(ROOT, MAIN), ...args]);
  }

  /**
   * A hub and a client that may do everything.
   *
   * @param {{ checkout?: string, dataDir?: string, flags?: string[], program?: (dataDir: string) => string[], place?: Function }} [options]
   *   `program`: what runs the hub instead of `whub serve`
   * @returns {Promise<{ url: string, pid: number, key: string, dataDir: string }>} `url` as ws://host:port/
   */
  async hub({ checkout = ROOT, dataDir = this.folder(), flags, program, place } = {}) {
    const main = join(checkout, MAIN);
    const client = ['client', 'add', 'bench', '--may-call', '*', '--may-provide', '*', '--data', dataDir, '--json'];
    const { key } = JSON.parse(execFileSync(process.execPath, [main, ...client]).toString());
    const hub = await this.serve({ main, dataDir, flags, program: program?.(dataDir), place });
    return { ...hub, key };
  }

  /**
   * A hub on a data folder.
   *
   * @param {{ main?: string, dataDir: string, flags?: string[], program?: string[], place?: Function }} options
   *   `program`: what runs it instead of `whub serve`
   * @returns {Promise<{ url: string, pid: number, dataDir: string, consoleUrl: string }>} `url` as ws://host:port/
   */
  async serve({ main = join(ROOT, MAIN), dataDir, flags = [], program, place }) {
    const serve = [main, 'serve', '--port', '0', '--data', dataDir, '--json', ...flags];
    const { line } = await this.start(program ?? serve, place);
    const { url, pid, console: consoleUrl } = JSON.parse(line);
    // The hub speaks WebSocket where it tells an http address.
    return { url: url.replace(/^http/, 'ws').replace(/\/?$/, '/'), pid, dataDir, consoleUrl };
  }

  async [Symbol.asyncDispose]() {
    // The last first: a provider before its hub, or it would try to come back to it.
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    this.#clear();
  }

  #clear() {
    for (const child of this.#children.splice(0)) child.kill('SIGKILL');
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}
