import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { CaptureStates } from '../capture/capture-mode.ts';
import { keepAliveClock } from '../common/base/clock.ts';
import { Emitter } from '../common/base/emitter.ts';
import type { Logger } from '../common/log/logger.ts';
import type { ConsoleSecrets } from '../console/web/console-access.ts';
import { parseHubConfig, type HubConfig } from '../server/hub/config.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import { captureSettings, captureStates } from './capture-settings.ts';
import { acquireHubLock } from '../server/storage/hub-lock.ts';
import { StorageError } from '../server/storage/storage-error.ts';
import { BodyRequests } from './body-requests.ts';
import { startControlServer, type ControlServer } from './control.ts';
import { removeHubFile, writeHubFile } from './hub-file.ts';
import type { BodyPart, HubHost, HubHostOptions, HubHostReady, HubHostState } from './hub-host.ts';
import { createLogger } from './log.ts';
import { createPulse } from './pulse.ts';
import { runCaptureThread } from './run-capture-thread.ts';
import { runHubThread } from './run-hub-thread.ts';
import { SupervisedThread } from './supervised-thread.ts';
import { placeCarrier, type ThreadCarrier, type ThreadMain, type ThreadStart } from './thread-carrier.ts';
import type { CaptureReport, CaptureThreadInit, HubReport, HubThreadInit, LogInit } from './thread-messages.ts';
import { workerCarrier } from './worker-carrier.ts';

type CaptureReady = Extract<CaptureReport, { type: 'ready' }>;
type HubReady = Extract<HubReport, { type: 'ready' }>;

/** Above the hub's own drain time-out, so that it is the one to give up first. */
const HUB_STOP_WITHIN_MS = 15_000;
const CAPTURE_STOP_WITHIN_MS = 10_000;

/** All isolates of a process share one heap cage of 4 GB: neither thread may take it all. */
const HUB_HEAP_MB = 1_024;
const CAPTURE_HEAP_MB = 512;

/** Beside this file: as sources below threads/, in the bundle in the same folder. */
function threadEntry(name: 'hub-thread' | 'capture-thread'): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? `./threads/${name}.ts` : `./${name}.js`, here);
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Tells at once, and in words for people, of a folder that another hub uses or that cannot be written. Besides, it loads the
 * native module on this thread before another one does: `dlopen` is not safe from several at once.
 *
 * @throws {HubStartError}
 */
function checkDataFolder(dataDir: string): void {
  try {
    acquireHubLock(dataDir)[Symbol.dispose]();
  } catch (error) {
    throw error instanceof StorageError ? new HubStartError(error.message, { cause: error }) : error;
  }
}

class ThreadedHubHost implements HubHost {
  readonly #options: HubHostOptions;
  readonly #dataDir: string;
  readonly #log: Logger;
  readonly #logInit: LogInit;
  /** The same over restarts of the hub's thread, so that open consoles and printed links stay good. */
  readonly #secrets: ConsoleSecrets = { token: secret(), cookie: secret() };
  readonly #stateChanged = new Emitter<HubHostState>();
  readonly #bodies = new BodyRequests();
  readonly #capture: SupervisedThread<CaptureReady, CaptureReport>;
  readonly #hub: SupervisedThread<HubReady, HubReport>;
  #state: HubHostState = { kind: 'stopped' };
  #ready: HubHostReady | undefined;
  /** Settles when the capture thread is launched: true, or false when it is not started any more. */
  #captureUp = Promise.withResolvers<boolean>();
  /** As the configuration has them, and as they were set since: a restarted thread goes on with these. */
  #captureStates: CaptureStates = { state: 'recording', services: {}, frames: false };
  /** The hub goes on without it, but says so. */
  #captureCrash: HubHostState | undefined;
  #control: ControlServer | undefined;
  #started: Promise<HubHostReady> | undefined;
  #stopped: Promise<void> | undefined;

  readonly onDidChangeState = this.#stateChanged.event;

  constructor(options: HubHostOptions) {
    this.#options = options;
    this.#dataDir = resolve(options.config.dataDir);
    this.#logInit = { level: options.logLevel ?? 'info', readable: process.stderr.isTTY };
    this.#log = createLogger(this.#logFor('host'));
    this.#capture = this.#createThread<CaptureReady, CaptureReport>({
      name: 'capture',
      run: runCaptureThread,
      heapMb: CAPTURE_HEAP_MB,
      prepare: () => this.#captureStart(),
      onReport: (report) => this.#takeFromCapture(report),
      onLaunched: () => this.#captureLaunched(),
      onGone: () => {
        this.#bodies.fail();
        this.#captureUp = Promise.withResolvers();
      },
    });
    this.#hub = this.#createThread<HubReady, HubReport>({
      name: 'hub',
      run: runHubThread,
      heapMb: HUB_HEAP_MB,
      prepare: () => this.#hubStart(),
      onReport: (report) => this.#takeFromHub(report),
      onLaunched: () => {},
      onGone: () => {},
    });
  }

  get state(): HubHostState {
    return this.#state;
  }

  start(): Promise<HubHostReady> {
    this.#started ??= this.#start();
    return this.#started;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  connectConsole(root: 'hub' | 'capture'): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const thread = root === 'hub' ? this.#hub : this.#capture;
    if (!thread.post({ type: 'console', port: port2 }, [port2])) port2.close();
    return port1;
  }

  readBody(
    seq: number,
    part: 'request' | 'reply',
    ...[offset, length]: [offset: number, length: number]
  ): Promise<BodyPart | undefined> {
    if (!this.#capture.running) return Promise.resolve(undefined);
    return this.#bodies.ask({ seq, part, offset, length }, (request) => void this.#capture.post(request));
  }

  async #start(): Promise<HubHostReady> {
    if (this.#stopped !== undefined) throw new HubStartError('Cannot start a hub that was stopped: create a new one');
    this.#setState({ kind: 'starting' });
    try {
      this.#captureStates = captureStates(this.#config().capture);
      checkDataFolder(this.#dataDir);
      const { address } = await this.#startThreads();
      await this.#publish(address);
      return address;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Both at once: most of a thread's start is loading its code. */
  async #startThreads(): Promise<HubReady> {
    const capture = this.#capture.start();
    const hub = this.#hub.start();
    const [captured, relayed] = await Promise.allSettled([capture, hub]);
    // Without the store the hub has no reason of its own to fail: the store's is the one to tell.
    if (captured.status === 'rejected') throw captured.reason;
    if (relayed.status === 'fulfilled') return relayed.value;
    // The thread that the hub was joined to could not be started; the store is in place now, on this thread.
    if (this.#capture.fellBack) return this.#hub.start();
    throw relayed.reason;
  }

  async #stop(): Promise<void> {
    await this.#control?.[Symbol.asyncDispose]();
    await this.#hub.stop(HUB_STOP_WITHIN_MS);
    await this.#capture.stop(CAPTURE_STOP_WITHIN_MS);
    // Only ours: when the folder belongs to another hub, so does the file in it.
    if (this.#control !== undefined) await removeHubFile(this.#dataDir);
    this.#setState({ kind: 'stopped' });
  }

  /** Lets other programs of this user find the hub and talk to it. */
  async #publish({ host, port, url }: HubHostReady): Promise<void> {
    const dataDir = this.#dataDir;
    this.#control = await startControlServer(dataDir, {
      stop: () => void this.stop(),
      consoleUrl: () => this.#ready?.consoleUrl ?? '',
      refresh: () => this.refresh(),
    });
    const { path, secret: controlSecret } = this.#control;
    await writeHubFile(dataDir, { pid: process.pid, host, port, url, control: { path, secret: controlSecret } });
  }

  refresh(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const done = Promise.withResolvers<void>();
    port1.once('close', () => done.resolve());
    if (!this.#hub.post({ type: 'refresh', port: port2 }, [port2])) port1.close();
    return done.promise;
  }

  #setState(state: HubHostState): void {
    this.#state = state;
    this.#stateChanged.emit(state);
  }

  /** Both threads are there, as far as is known: says so when that is news. */
  #settled(): void {
    if (this.#ready === undefined || !this.#hub.ready) return;
    if (this.#captureCrash !== undefined) this.#setState(this.#captureCrash);
    else if (this.#hub.silent) this.#setState({ kind: 'silent', thread: 'hub' });
    else if (this.#capture.silent) this.#setState({ kind: 'silent', thread: 'capture' });
    else if (this.#capture.ready) this.#setState({ kind: 'running', ready: this.#ready });
  }

  #takeFromCapture(report: CaptureReport): void {
    switch (report.type) {
      case 'ready':
        this.#settled();
        return;
      case 'states':
        this.#captureStates = report.states;
        return;
      case 'body':
        this.#bodies.settle(report);
        return;
      case 'failed':
      case 'pong':
      case 'stopped':
        throw new TypeError(`Cannot take "${report.type}" here: the supervisor does`);
    }
  }

  /** At a restart the hub runs already and waits for it. */
  #captureLaunched(): void {
    this.#captureUp.resolve(true);
    if (!this.#hub.running) return;
    const port = this.#joinCapture();
    this.#hub.post({ type: 'capture', port }, [port]);
  }

  #takeFromHub(report: HubReport): void {
    if (report.type !== 'ready') return;
    this.#ready = report.address;
    this.#settled();
  }

  /** @throws {HubStartError} for a configuration that the hub would not take either */
  #config(): HubConfig {
    return parseHubConfig({ ...this.#options.config, dataDir: this.#dataDir });
  }

  /** A file has one writer: each thread gets one of its own. */
  #logFor(name: 'host' | 'hub' | 'capture'): LogInit {
    const { logDir } = this.#options;
    return { ...this.#logInit, file: logDir === undefined ? undefined : join(logDir, `${name}.log`) };
  }

  #captureStart(): ThreadStart {
    const pulse = createPulse();
    const init: CaptureThreadInit = {
      dir: join(this.#dataDir, 'capture'),
      states: this.#captureStates,
      settings: captureSettings(this.#config().capture),
      pulse,
      log: this.#logFor('capture'),
    };
    return { init, transfer: [], pulse };
  }

  async #hubStart(): Promise<ThreadStart> {
    const { config, consoleAssetsDir } = this.#options;
    const capture = (await this.#captureUp.promise) ? this.#joinCapture() : undefined;
    const pulse = createPulse();
    const init: HubThreadInit = {
      // A restarted hub is looked for where it was.
      config: { ...config, dataDir: this.#dataDir, port: this.#ready?.port ?? config.port },
      consoleAssetsDir,
      secrets: this.#secrets,
      capture,
      pulse,
      log: this.#logFor('hub'),
    };
    return { init, transfer: capture === undefined ? [] : [capture], pulse };
  }

  /** Gives the capture thread one end of a new channel. @returns the other end, for the hub's thread */
  #joinCapture(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    if (!this.#capture.post({ type: 'hub', port: port1 }, [port1])) port1.close();
    return port2;
  }

  #createThread<Ready extends { readonly type: 'ready' }, Report extends { readonly type: string }>(thread: {
    readonly name: 'hub' | 'capture';
    readonly run: ThreadMain;
    readonly heapMb: number;
    readonly prepare: () => ThreadStart | Promise<ThreadStart>;
    readonly onReport: (report: Ready | Report) => void;
    readonly onLaunched: () => void;
    readonly onGone: (reason: string) => void;
  }): SupervisedThread<Ready, Report> {
    const { name, run, heapMb, prepare, onReport, onLaunched, onGone } = thread;
    const inPlace = this.#options.carrier === 'place';
    const place: ThreadCarrier = placeCarrier(run);
    return new SupervisedThread<Ready, Report>({
      name,
      carrier: inPlace
        ? place
        : workerCarrier(`whub ${name}`, threadEntry(`${name}-thread`), { maxOldGenerationSizeMb: heapMb }),
      fallback: inPlace ? undefined : place,
      prepare,
      // Between the end of one thread and the start of the next, nothing else keeps the process alive.
      clock: keepAliveClock,
      log: this.#log,
      stuckAfterMs: () => this.#config().supervision.stuckAfterMs,
      onReport,
      onDidChangeSilence: () => this.#settled(),
      onLaunched,
      onGone,
      onRestarting: (reason) => this.#setState({ kind: 'restarting', thread: name, reason }),
      onCrashed: (reason) => {
        const crash: HubHostState = { kind: 'crashed', thread: name, reason };
        if (name === 'capture') {
          this.#captureCrash = crash;
          this.#captureUp.resolve(false);
        }
        this.#setState(crash);
      },
    });
  }
}

/**
 * A hub with its traffic store and console, each on a thread of its own. Nothing runs before `start`.
 *
 * @example
 * await using host = createHubHost({ config: { dataDir: defaultDataDir() }, consoleAssetsDir: undefined });
 * const { url, consoleUrl } = await host.start();
 */
export function createHubHost(options: HubHostOptions): HubHost {
  return new ThreadedHubHost(options);
}
