import type { MessagePort } from 'node:worker_threads';
import type { Event } from '../common/base/emitter.ts';
import type { HubConfigInput } from '../server/hub/config.ts';

export interface HubHostOptions {
  /** The hub's configuration; its data folder is that of the traffic store, too. */
  readonly config: HubConfigInput;
  /** Folder of the built renderer, served at /console/; undefined = no console in the browser. */
  readonly consoleAssetsDir: string | undefined;
  /** `place`: everything in this thread, for debugging and as the fallback. */
  readonly carrier?: 'threads' | 'place';
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Folder for log files beside standard error: `host.log`, `hub.log` and `capture.log`, rotated. Undefined = none. */
  readonly logDir?: string | undefined;
}

export interface HubHostReady {
  readonly host: string;
  readonly port: number;
  /** `ws://127.0.0.1:7410/` */
  readonly url: string;
  /** `tls://127.0.0.1:7410`; undefined without a certificate. */
  readonly tlsUrl: string | undefined;
  /** With a token that is valid while the hub runs. */
  readonly consoleUrl: string;
}

export type HubHostState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly ready: HubHostReady }
  /** A thread has not answered for a second: it is busy, or stuck and started again if that goes on. */
  | { readonly kind: 'silent'; readonly thread: 'hub' | 'capture' }
  | { readonly kind: 'restarting'; readonly thread: 'hub' | 'capture'; readonly reason: string }
  | { readonly kind: 'crashed'; readonly thread: 'hub' | 'capture'; readonly reason: string }
  | { readonly kind: 'stopped' };

/** Bytes of a stored body, for Electron's body route. */
export interface BodyPart {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly totalBytes: number;
}

/**
 * Starts, supervises and restarts the hub's and the capture's threads. Used by the CLI and by Electron's main alike.
 */
export interface HubHost extends AsyncDisposable {
  readonly state: HubHostState;
  readonly onDidChangeState: Event<HubHostState>;
  /** @throws {HubStartError} with one line that says what to do */
  start(): Promise<HubHostReady>;
  /** Drains (bounded), then stops both threads. Idempotent. */
  stop(): Promise<void>;
  /** Has the hub take up at once what changed on disk: clients, certificates. Resolves when it holds. */
  refresh(): Promise<void>;
  /** A port that speaks the console's contract with that root; closing it ends the session. */
  connectConsole(root: 'hub' | 'capture'): MessagePort;
  readBody(seq: number, part: 'request' | 'reply', offset: number, length: number): Promise<BodyPart | undefined>;
}
