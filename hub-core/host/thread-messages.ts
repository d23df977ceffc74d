/** What the host and its threads say to each other. Everything is a structured clone; ports are transferred. */
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { SecretNames } from '../capture/secret-mask.ts';
import type { StoredBodyPart } from '../capture/stored-exchange.ts';
import type { CaptureStates } from '../capture/capture-mode.ts';
import type { TrafficBatch } from '../common/traffic/exchange.ts';
import type { ConsoleSecrets } from '../console/web/console-access.ts';
import type { StoreMemory } from '../server/modules/capture/capture-sink.ts';
import type { HubConfigInput } from '../server/hub/config.ts';
import type { LogLevel } from './log.ts';
import type { Pulse } from './pulse.ts';

/** Sends messages of one type over a port. */
export type Send<Message> = (message: Message, transfer?: readonly Transferable[]) => void;

export function senderTo<Message>(port: MessagePort): Send<Message> {
  return (message, transfer = []) => port.postMessage(message, [...transfer]);
}

export interface LogInit {
  readonly level: LogLevel;
  readonly readable: boolean;
  readonly file?: string | undefined;
}

/** To either thread. */
export type CommonCommand =
  { readonly type: 'ping' } | { readonly type: 'stop' } | { readonly type: 'console'; readonly port: MessagePort };

/** From either thread. `failed`: it cannot do its work, for a reason that a person can mend; it ends by itself. */
export type CommonReport =
  { readonly type: 'pong' } | { readonly type: 'failed'; readonly message: string } | { readonly type: 'stopped' };

/** What of the configuration is the store's. */
export interface CaptureSettings {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Never stored. */
  readonly mask: SecretNames;
  /** Stored, and replaced in exports. */
  readonly secrets: SecretNames;
}

export interface CaptureThreadInit {
  readonly dir: string;
  readonly states: CaptureStates;
  readonly settings: CaptureSettings;
  readonly pulse: Pulse;
  readonly log: LogInit;
}

export type CaptureCommand =
  | CommonCommand
  /** The hub's end of this port sends {@link CaptureLinkRequest}s. */
  | { readonly type: 'hub'; readonly port: MessagePort }
  | BodyRequest;

export type CaptureReport =
  CommonReport | { readonly type: 'ready' } | { readonly type: 'states'; readonly states: CaptureStates } | BodyAnswer;

export interface BodyRequest {
  readonly type: 'body';
  readonly id: number;
  readonly seq: number;
  readonly part: 'request' | 'reply';
  readonly offset: number;
  readonly length: number;
}

export interface BodyAnswer {
  readonly type: 'body';
  readonly id: number;
  readonly body: StoredBodyPart | undefined;
}

/** Hub thread → capture thread. */
export type CaptureLinkRequest =
  | { readonly type: 'batch'; readonly batch: TrafficBatch; readonly weight: number }
  | { readonly type: 'console'; readonly port: MessagePort }
  | { readonly type: 'reserved'; readonly id: number; readonly firstSeq: number }
  | BodyRequest;

/** Capture thread → hub thread. `stored`: bytes that need not be counted as pending any more. */
export type CaptureLinkAnswer =
  /** The first: from here on batches are taken, whose numbers must not be below `nextSeq`. */
  | { readonly type: 'attached'; readonly nextSeq: number; readonly states: CaptureStates }
  | { readonly type: 'stored'; readonly weight: number }
  | { readonly type: 'memory'; readonly memory: StoreMemory }
  /** Numbers are wanted for rows that no exchange of this hub makes: they are `firstSeq` and those behind it. */
  | { readonly type: 'reserve'; readonly id: number; readonly count: number }
  | { readonly type: 'states'; readonly states: CaptureStates }
  | BodyAnswer;

export interface HubThreadInit {
  readonly config: HubConfigInput;
  readonly consoleAssetsDir: string | undefined;
  readonly secrets: ConsoleSecrets;
  /** To the capture thread; undefined when that one is not started any more. */
  readonly capture: MessagePort | undefined;
  readonly pulse: Pulse;
  readonly log: LogInit;
}

/**
 * `capture`: a port to the capture thread, which was started again. `refresh`: what other programs changed is to be read; the
 * port is closed when it was.
 */
export type HubCommand =
  | CommonCommand
  | { readonly type: 'capture'; readonly port: MessagePort }
  | { readonly type: 'refresh'; readonly port: MessagePort };

export interface HubAddressReport {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** `tls://127.0.0.1:7410`; undefined without a certificate. */
  readonly tlsUrl: string | undefined;
  readonly consoleUrl: string;
}

export type HubReport = CommonReport | { readonly type: 'ready'; readonly address: HubAddressReport };
