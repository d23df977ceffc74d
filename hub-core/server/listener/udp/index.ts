import type { RemoteInfo, Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../common/base/clock.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { HEADER_BYTES, isHandshake } from '../../../common/transport/datagram/datagram.ts';
import type { Acceptor } from '../../access/acceptor.ts';
import type { Gate } from '../../access/gate.ts';
import { hostLiteral } from '../../access/host-policy.ts';
import type { KeyHashes } from '../../access/key-hashes.ts';
import type { DatagramSource } from './challenges.ts';
import { nodeDatagramCrypto } from './node-datagram-crypto.ts';
import { ReplyBudget } from './reply-memory.ts';
import type { UdpConfig } from './udp-config.ts';
import { UdpCounters } from './udp-counters.ts';
import { UdpDoor } from './udp-door.ts';
import type { UdpSessionDeps } from './udp-session.ts';
import { UdpSessions } from './udp-sessions.ts';
import { bindAllUdp, closeUdp } from './udp-socket.ts';

export { UdpBindError } from './udp-socket.ts';

/** How often sessions are looked at, and at most how often dropped datagrams are logged. */
const SWEEP_MS = 1_000;
/** What a datagram holds is small enough, and what a connection takes is for its own codec to say. */
const NO_LIMITS = { maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 };

export interface UdpListenerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hubId: string;
  readonly config: UdpConfig;
  /** Of the connections. */
  readonly codec: Codec;
  /** Of the listener, once it has started: this one takes the same. */
  readonly addresses: () => readonly AddressInfo[];
  readonly acceptor: Acceptor;
  readonly gate: Pick<Gate, 'barOf' | 'admitConnection'>;
  readonly keyHashes: KeyHashes;
}

/** @returns a module that serves the hub's port over UDP too; starts after `listener` */
export function createUdpListener(deps: UdpListenerDeps): Module {
  return new UdpListener(deps);
}

class UdpListener implements Module {
  readonly name = 'udp-listener';
  readonly dependsOn: readonly string[] = ['listener'];
  readonly #deps: UdpListenerDeps;
  readonly #counters = new UdpCounters();
  readonly #budget: ReplyBudget;
  readonly #sessions: UdpSessions;
  readonly #door: UdpDoor;
  #sockets: readonly Socket[] = [];
  #running: Disposable | undefined;
  #draining = false;
  /** Since the last line in the log. */
  #lastError: Error | undefined;

  constructor(deps: UdpListenerDeps) {
    this.#deps = deps;
    const { clock, log, config, hubId, acceptor, gate, keyHashes } = deps;
    const codec = createBinaryCodec(NO_LIMITS);
    this.#budget = new ReplyBudget(config.totalReplyMemoryBytes);
    this.#sessions = new UdpSessions(config, this.#counters);
    const session: UdpSessionDeps = {
      clock,
      codec,
      config,
      hubId,
      budget: this.#budget,
      counters: this.#counters,
      transmit: (datagram, to) => this.#transmit(datagram, to),
    };
    const sessions = this.#sessions;
    this.#door = new UdpDoor({
      ...{ clock, log, codec, crypto: nodeDatagramCrypto, keyHashes, gate, sessions, session },
      accept: (transport, credential) => acceptor.accept({ transport, codec: deps.codec, credential }),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { log, clock } = this.#deps;
    const sockets = await bindAllUdp(this.#deps.addresses());
    this.#sockets = sockets;
    for (const [index, socket] of sockets.entries()) {
      socket.on('message', (datagram, from) => this.#receive(datagram, from, index));
      // What an earlier datagram met on its way is no fault of the socket's, which goes on.
      socket.on('error', (error) => (this.#lastError = error));
      const { address, port } = socket.address();
      log.info({ address, port }, 'listening on udp');
    }
    this.#running = clock.every(SWEEP_MS, () => this.#sweep());
  }

  drain(): Promise<void> {
    this.#draining = true;
    this.#door.shut();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
    this.#door.shut();
    this.#sessions.end(
      new RequestError('UNAVAILABLE_ERR', 'Cannot go on: the hub is stopping, connect again later', {
        extra: { retry_after_ms: SWEEP_MS },
      }),
    );
    const sockets = this.#sockets;
    this.#sockets = [];
    await closeUdp(sockets);
  }

  health(): ModuleHealth {
    if (this.#sockets.length === 0 || this.#draining) return { state: 'not-serving' };
    const where = this.#sockets.map((socket) => {
      const { address, port } = socket.address();
      return `${hostLiteral(address)}:${String(port)}`;
    });
    return { state: 'serving', detail: `${where.join(', ')}, ${String(this.#sessions.size)} sessions` };
  }

  metrics(): readonly MetricSample[] {
    const gauge = (name: string, help: string, value: number): MetricSample => ({ name, help, kind: 'gauge', value });
    return [
      gauge('sessions', 'Sessions that are open, or ended a moment ago.', this.#sessions.size),
      gauge('remembered_bytes', 'Bytes of answers kept for requests that come again.', this.#budget.usedBytes),
      ...this.#counters.samples(),
    ];
  }

  #receive(datagram: Uint8Array, from: RemoteInfo, socket: number): void {
    this.#counters.received += 1;
    this.#counters.bytesIn += datagram.byteLength;
    if (datagram.byteLength <= HEADER_BYTES || datagram.byteLength > this.#deps.config.maxDatagramBytes) {
      this.#counters.drop('malformed');
    } else if (isHandshake(datagram)) {
      this.#door.receive(datagram, { address: from.address, port: from.port, socket });
    } else {
      this.#sessions.receive(datagram, from, socket);
    }
  }

  #transmit(datagram: Uint8Array, { address, port, socket: index }: DatagramSource): void {
    const socket = this.#sockets[index];
    if (socket === undefined) return;
    this.#counters.sent += 1;
    this.#counters.bytesOut += datagram.byteLength;
    socket.send(datagram, port, address);
  }

  #sweep(): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#sessions.sweep(nowMs);
    this.#door.sweep(nowMs);
    const { log } = this.#deps;
    const news = this.#counters.news();
    if (news !== undefined) log.warn({ reason: news }, 'datagrams were dropped');
    if (this.#lastError !== undefined) log.warn({ error: this.#lastError }, 'datagrams could not be sent');
    this.#lastError = undefined;
  }
}
