import type { MessagePort } from 'node:worker_threads';
import { systemClock, type Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { RecentLog } from '../common/log/recent-log.ts';
import { createHubRouter } from '../console/router/hub-router.ts';
import { ConsoleServer, portLine } from '../console/router/serve-console.ts';
import { mountConsole } from '../console/web/mount-console.ts';
import { createHub } from '../server/hub/create-hub.ts';
import type { Hub } from '../server/hub/hub.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import { CaptureLink } from './capture-link.ts';
import { createLogger } from './log.ts';
import { pulsingClock } from './pulse.ts';
import { SampleTraffic } from './samples.ts';
import {
  senderTo,
  type HubAddressReport,
  type HubCommand,
  type HubReport,
  type HubThreadInit,
  type Send,
} from './thread-messages.ts';

/** How long a stop waits for the store to take the last batches. */
const FLUSH_WITHIN_MS = 2_000;

/** The hub and its console, as a thread. */
export async function runHubThread(host: MessagePort, init: HubThreadInit): Promise<void> {
  const recentLog = new RecentLog();
  const log = createLogger({ ...init.log, recent: recentLog });
  try {
    const clock = pulsingClock(systemClock, init.pulse);
    const capture = await CaptureLink.open(init.capture, clock);
    await new HubThread({ host, init, capture, clock, log, recentLog }).start();
  } catch (error) {
    if (!(error instanceof HubStartError)) throw error;
    senderTo<HubReport>(host)({ type: 'failed', message: error.message });
    host.close();
  }
}

interface HubThreadDeps {
  readonly host: MessagePort;
  readonly init: HubThreadInit;
  readonly capture: CaptureLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recentLog: RecentLog;
}

class HubThread {
  readonly #host: MessagePort;
  readonly #report: Send<HubReport>;
  readonly #init: HubThreadInit;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #hub: Hub;
  readonly #capture: CaptureLink;
  readonly #samples: SampleTraffic;
  readonly #server: ConsoleServer<Record<never, never>>;
  readonly #console = new DisposableStack();

  constructor({ host, init, capture, clock, log, recentLog }: HubThreadDeps) {
    this.#host = host;
    this.#report = senderTo(host);
    this.#init = init;
    this.#log = log;
    this.#clock = clock;
    this.#capture = capture;
    this.#hub = createHub(init.config, { clock, log, captureSink: this.#capture });
    this.#samples = new SampleTraffic({ hub: this.#hub, clock, log });
    this.#server = this.#console.use(
      new ConsoleServer({
        router: createHubRouter({ hub: this.#hub, samples: this.#samples, clock, recentLog }),
        openSession: () => ({ options: { context: {} }, [Symbol.dispose]: () => {} }),
        log,
      }),
    );
  }

  async start(): Promise<void> {
    try {
      await this.#hub.start();
    } catch (error) {
      this.#console.dispose();
      this.#capture[Symbol.dispose]();
      throw error;
    }
    this.#console.use(
      mountConsole({
        hub: this.#hub,
        secrets: this.#init.secrets,
        assetsDir: this.#init.consoleAssetsDir,
        serveHub: (line) => this.#server.serve(line),
        capture: {
          openConsole: () => this.#capture.openConsole(),
          readBody: (seq, part, range) => this.#capture.readBody({ seq, part, ...range }),
        },
        clock: this.#clock,
        log: this.#log,
      }),
    );
    this.#host.on('message', (command: HubCommand) => this.#take(command));
    this.#report({ type: 'ready', address: this.#address() });
  }

  #address(): HubAddressReport {
    const { host, port, url, httpUrl, tlsUrl } = this.#hub.address;
    return { host, port, url, tlsUrl, consoleUrl: `${httpUrl}/console/?token=${this.#init.secrets.token}` };
  }

  #take(command: HubCommand): void {
    switch (command.type) {
      case 'ping':
        this.#report({ type: 'pong' });
        return;
      case 'console':
        this.#server.serve(portLine(command.port));
        return;
      case 'capture':
        this.#capture.attach(command.port);
        return;
      case 'refresh':
        void this.#refresh(command.port);
        return;
      case 'stop':
        void this.#stop();
    }
  }

  async #refresh(done: MessagePort): Promise<void> {
    try {
      await this.#hub.refresh();
    } catch (error) {
      this.#log.error({ error }, 'what was changed could not be taken up');
    }
    done.close();
  }

  async #stop(): Promise<void> {
    await this.#attempt(() => this.#samples.stop());
    await this.#attempt(() => this.#hub.drain());
    await this.#attempt(() => this.#console.dispose());
    await this.#attempt(() => this.#hub.stop());
    await this.#attempt(() => this.#capture.flushed(FLUSH_WITHIN_MS));
    this.#capture[Symbol.dispose]();
    this.#report({ type: 'stopped' });
    this.#host.close();
  }

  /** A step of the stop that fails keeps none behind it: samples whose client cannot be revoked are no reason to cut connections. */
  async #attempt(step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#log.error({ error }, 'the hub could not stop in good order');
    }
  }
}
