import type { Socket } from 'node:net';
import type { Clock } from '../../common/base/clock.ts';
import { RequestError, type HubError } from '../../common/errors/hub-error.ts';
import type { Admission } from './admission.ts';
import type { ArrivalCounts, RefusalReason } from './arrival-counts.ts';
import type { Arrival, ArrivalRules, Fault } from './arrival-rules.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { peerOf, presentAs } from './peer-address.ts';
import type { PeerCertificates } from './peer-certificates.ts';
import { readProxyHeader, type ProxyHeader, type ProxyPolicy } from './proxy-protocol.ts';
import { refuseRaw } from './raw-refusal.ts';
import { beginsPreface, beginsTls, firstBytes, type FirstBytes } from './sniffer.ts';
import { readHead, type HeadVerdict, type SocketHead } from './socket-head.ts';
import type { TcpLinks } from './tcp/tcp-links.ts';
import { refuseTls } from './tls/tls-alert.ts';
import type { TlsEndpoint } from './tls/tls-endpoint.ts';

export interface FrontDoorDeps {
  readonly clock: Clock;
  readonly hubId: string;
  /** Time to say what is spoken, ms; 0 = none. */
  readonly timeoutMs: number;
  readonly rules: ArrivalRules;
  readonly counts: ArrivalCounts;
  readonly proxy: ProxyPolicy;
  readonly http: HttpEndpoint;
  readonly tcp: TcpLinks;
  /** Undefined while the hub has no certificate. */
  readonly tls: () => TlsEndpoint | undefined;
  readonly admission: Admission;
  readonly certificates: PeerCertificates;
}

/** A connection whose first bytes are awaited. */
interface Pending {
  readonly arrival: Arrival;
  head: SocketHead | undefined;
  timer: Disposable | undefined;
}

/** Finds out what each connection speaks, and hands it to whoever speaks that. */
export class FrontDoor implements Disposable {
  readonly #deps: FrontDoorDeps;
  readonly #pending = new Map<Socket, Pending>();

  constructor(deps: FrontDoorDeps) {
    this.#deps = deps;
  }

  /** Connections that have not said yet what they speak. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Takes a connection that the system accepted. */
  take(socket: Socket): void {
    const from = peerOf(socket);
    // Whoever takes it over has listeners of its own; until then, its loss is nobody's concern.
    socket.on('error', () => socket.destroy());
    if (from === undefined) {
      socket.destroy();
      return;
    }
    const arrival: Arrival = { socket, from, peer: from, kind: 'tcp', certificate: { kind: 'none' } };
    if (this.#deps.proxy.expects(from.address)) this.#readProxyHeader(arrival);
    else if (this.#deps.proxy.isRequired)
      this.#refuse(arrival, { reason: 'proxy', detail: 'it is no proxy that is trusted' });
    else this.#sniff(arrival);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#pending.keys()) socket.destroy();
  }

  /** Reads what comes first, for no longer than a handshake may take. */
  #await<T>(arrival: Arrival, decide: (bytes: Buffer) => HeadVerdict<T> | undefined, then: (value: T) => void): void {
    const { socket } = arrival;
    const { clock, timeoutMs } = this.#deps;
    const pending: Pending = { arrival, head: undefined, timer: undefined };
    const onClose = (): void => this.#forget(pending);
    this.#pending.set(socket, pending);
    socket.once('close', onClose);
    if (timeoutMs > 0) pending.timer = clock.after(timeoutMs, () => this.#tooSlow(pending));
    pending.head = readHead(socket, {
      decide,
      onVerdict: (value) => {
        socket.off('close', onClose);
        this.#forget(pending);
        then(value);
      },
    });
    socket.resume();
  }

  #forget({ arrival: { socket }, timer }: Pending): void {
    timer?.[Symbol.dispose]();
    this.#pending.delete(socket);
  }

  #readProxyHeader(arrival: Arrival): void {
    this.#await<ProxyHeader>(arrival, readProxyHeader, (header) => {
      if (header.kind === 'malformed') this.#refuse(arrival, { reason: 'proxy', detail: header.fault });
      else if (header.kind === 'proxied') {
        presentAs(arrival.socket, header.peer);
        this.#sniff({ ...arrival, peer: header.peer });
      } else if (header.kind === 'none' && this.#deps.proxy.isRequired)
        this.#refuse(arrival, { reason: 'proxy', detail: 'it begins with no PROXY header' });
      else this.#sniff(arrival);
    });
  }

  #sniff(arrival: Arrival): void {
    this.#await<FirstBytes>(arrival, firstBytes, (value) => this.#route(arrival, value));
  }

  #route(arrival: Arrival, value: FirstBytes): void {
    const { counts, http, tcp, rules, certificates } = this.#deps;
    const fault = rules.faultOf(arrival, value);
    if (fault !== undefined) {
      this.#refuse(arrival, fault, value);
      return;
    }
    counts.took(value === 'http' || value === 'tls' ? value : 'tcp');
    if (value === 'tls') this.#secure(arrival);
    else if (value === 'http') http.accept(arrival.socket);
    else tcp.accept({ ...arrival, credential: certificates.credentialOf(arrival.socket) });
  }

  #secure(arrival: Arrival): void {
    const { tls, certificates, admission } = this.#deps;
    const { from, peer } = arrival;
    tls()?.accept(arrival.socket, {
      from,
      onSecure: (socket, certificate) => {
        socket.on('error', () => socket.destroy());
        presentAs(socket, peer);
        admission.noteHandshake(socket);
        if (certificate.kind === 'valid' && certificate.client !== undefined)
          certificates.note(socket, certificate.client);
        this.#sniff({ socket, from, peer, kind: 'tls', certificate });
      },
      onFail: (reason) => this.#count('handshake', peer.address, reason),
    });
  }

  /** Tells the other side why, in what it speaks, where that is known; else the connection is just cut. */
  #refuse({ socket, peer, kind }: Arrival, { reason, detail, error }: Fault, value?: FirstBytes): void {
    this.#count(reason, peer.address, detail);
    if (value === 'tls' && kind === 'tcp') refuseTls(socket);
    else if (error === undefined) socket.destroy();
    else this.#answer(socket, value === 'http', error);
  }

  #count(reason: RefusalReason, address: string, detail: string): void {
    this.#deps.counts.refused(reason, address, detail);
  }

  #answer(socket: Socket, isHttp: boolean, error: HubError): void {
    if (isHttp) refuseRaw(socket, error, { hub: this.#deps.hubId, instance: '' });
    else this.#deps.tcp.refuse(socket, error);
  }

  #tooSlow(pending: Pending): void {
    const { arrival, head } = pending;
    const { socket, peer } = arrival;
    const bytes = head?.bytes ?? Buffer.alloc(0);
    head?.stop();
    this.#forget(pending);
    const detail = `${String(bytes.byteLength)} bytes came within ${String(this.#deps.timeoutMs)} ms`;
    this.#count(bytes.byteLength === 0 ? 'silent' : 'half', peer.address, detail);
    const error = new RequestError('TIMEOUT_ERR', 'Cannot wait for the first bytes: they came too slowly');
    if (beginsTls(bytes)) socket.destroy();
    else this.#answer(socket, !beginsPreface(bytes), error);
  }
}
