import type { MessagePort } from 'node:worker_threads';
import { TrafficStore } from '../capture/traffic-store.ts';
import { CaptureVersionError } from '../capture/capture-errors.ts';
import { systemClock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { CaptureSession, createCaptureRouter } from '../console/router/capture-router.ts';
import { ConsoleServer, portLine } from '../console/router/serve-console.ts';
import { createLogger } from './log.ts';
import {
  senderTo,
  type BodyAnswer,
  type BodyRequest,
  type CaptureCommand,
  type CaptureLinkAnswer,
  type CaptureLinkRequest,
  type CaptureReport,
  type CaptureThreadInit,
  type Send,
} from './thread-messages.ts';

/**
 * A folder that a newer version wrote is left as it is; traffic is recorded beside it. What was captured is worth keeping,
 * but not worth a hub that does not start.
 */
function openStore(init: CaptureThreadInit, log: Logger): TrafficStore {
  const open = (dir: string): TrafficStore => new TrafficStore({ dir, state: init.state, clock: systemClock, log });
  try {
    return open(init.dir);
  } catch (error) {
    if (!(error instanceof CaptureVersionError)) throw error;
    const beside = `${init.dir}-older`;
    log.warn(
      { module: 'capture', error, reason: beside },
      'the traffic store is from a newer version; a new one is kept beside it',
    );
    return open(beside);
  }
}

/** The traffic store, as a thread: takes batches from the hub's thread and answers consoles. */
export function runCaptureThread(host: MessagePort, init: CaptureThreadInit): void {
  const log = createLogger(init.log);
  const report = senderTo<CaptureReport>(host);
  let store: TrafficStore;
  try {
    store = openStore(init, log);
  } catch (error) {
    report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    host.close();
    return;
  }
  const thread = new CaptureThread(store, log, host);
  host.on('message', (command: CaptureCommand) => thread.take(command));
  report({ type: 'ready' });
}

class CaptureThread {
  readonly #store: TrafficStore;
  readonly #host: MessagePort;
  readonly #server: ConsoleServer<{ session: CaptureSession }>;
  readonly #resources = new DisposableStack();
  readonly #report: Send<CaptureReport>;
  #hub: MessagePort | undefined;
  #answer: Send<CaptureLinkAnswer> = () => {};

  constructor(store: TrafficStore, log: Logger, host: MessagePort) {
    this.#host = host;
    this.#report = senderTo(host);
    this.#store = this.#resources.use(store);
    this.#server = this.#resources.use(
      new ConsoleServer({
        router: createCaptureRouter({ store, clock: systemClock }),
        openSession: () => {
          const session = new CaptureSession();
          return { options: { context: { session } }, [Symbol.dispose]: () => session[Symbol.dispose]() };
        },
        log,
      }),
    );
    this.#resources.use(
      store.onDidChangeState.subscribe((state) => {
        this.#report({ type: 'state', state });
        this.#answer({ type: 'state', state });
      }),
    );
  }

  take(command: CaptureCommand): void {
    switch (command.type) {
      case 'ping':
        this.#report({ type: 'pong' });
        return;
      case 'console':
        this.#server.serve(portLine(command.port));
        return;
      case 'hub':
        this.#attachHub(command.port);
        return;
      case 'body':
        this.#report(this.#readBody(command));
        return;
      case 'stop':
        this.#stop();
    }
  }

  /** A new hub thread: whatever the last one left unfinished, nobody will finish. */
  #attachHub(port: MessagePort): void {
    this.#hub?.close();
    this.#hub = port;
    this.#answer = senderTo(port);
    this.#store.markOpenAsLost();
    port.on('message', (request: CaptureLinkRequest) => this.#takeFromHub(request));
    this.#answer({ type: 'attached', nextSeq: this.#store.nextSeq, state: this.#store.state });
  }

  #takeFromHub(request: CaptureLinkRequest): void {
    switch (request.type) {
      case 'batch':
        this.#store.write(request.batch);
        this.#answer({ type: 'stored', weight: request.weight });
        return;
      case 'console':
        this.#server.serve(portLine(request.port));
        return;
      case 'body':
        this.#answer(this.#readBody(request));
    }
  }

  #readBody({ id, seq, part, offset, length }: BodyRequest): BodyAnswer {
    return { type: 'body', id, body: this.#store.body(seq, part, { offset, length }) };
  }

  #stop(): void {
    this.#hub?.close();
    this.#resources.dispose();
    this.#report({ type: 'stopped' });
    this.#host.close();
  }
}
