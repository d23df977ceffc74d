import type { Socket } from 'node:net';
import { CredentialError, RequestError, type HubError } from '../../common/errors/hub-error.ts';
import { isLoopbackAddress } from '../address.ts';
import type { Admission } from './admission.ts';
import type { RefusalReason } from './arrival-counts.ts';
import type { PeerAddress } from './peer-address.ts';
import type { FirstBytes } from './sniffer.ts';
import type { ClientCertificate } from './tls/client-certificate.ts';
import type { TlsConfig } from './tls/tls-config.ts';

/** A connection that nobody speaks with yet. */
export interface Arrival {
  readonly socket: Socket;
  /** Who the system says the other side is. */
  readonly from: PeerAddress;
  /** Who it is: the same, or whom a proxy told of. */
  readonly peer: PeerAddress;
  readonly kind: 'tcp' | 'tls';
  /** What it showed behind a TLS handshake. */
  readonly certificate: ClientCertificate;
}

/** Why nothing comes of an arrival. */
export interface Fault {
  readonly reason: RefusalReason;
  /** For the log. */
  readonly detail: string;
  /** For the other side; absent where nobody knows what it would understand. */
  readonly error?: HubError;
}

export interface ArrivalRulesDeps {
  readonly transports: Readonly<Record<'http' | 'webSocket' | 'tcp' | 'tls', boolean>>;
  readonly tls: TlsConfig;
  readonly admission: Admission;
  /** False while the hub drains. */
  readonly serving: () => boolean;
}

function fault(reason: RefusalReason, error: HubError): Fault {
  return { reason, detail: error.message, error };
}

const OTHER_VERSION = 'Cannot speak this version of WProtocol: this hub speaks "WHUB/1"';
const HTTP_OFF = 'Cannot speak HTTP: it is switched off at this hub';
const TCP_OFF = 'Cannot speak WProtocol over TCP: it is switched off at this hub';
const PLAIN = 'Cannot take what is not encrypted: this hub asks for TLS';
const NO_CERTIFICATE = 'Cannot go on without a client certificate: this hub asks for one';
const STOPPING = 'Cannot open a connection: the hub is stopping, try again later';

/** Decides what may come in, when nothing is known but who it is and what it speaks. */
export class ArrivalRules {
  readonly #deps: ArrivalRulesDeps;

  constructor(deps: ArrivalRulesDeps) {
    this.#deps = deps;
  }

  /** @returns undefined when it may */
  faultOf(arrival: Arrival, value: FirstBytes): Fault | undefined {
    switch (value) {
      case 'unknown':
        return { reason: 'unknown', detail: 'it speaks nothing that this hub does' };
      case 'other-version':
        return fault('unknown', new RequestError('BAD_REQUEST_ERR', OTHER_VERSION));
      case 'tls':
        return this.#tlsFault(arrival);
      case 'http':
        return this.#plainFault(arrival) ?? certificateFault(arrival, this.#deps.tls) ?? this.#httpFault();
      case 'whub':
        return this.#plainFault(arrival) ?? certificateFault(arrival, this.#deps.tls) ?? this.#linkFault(arrival);
    }
  }

  #tlsFault({ kind, peer }: Arrival): Fault | undefined {
    if (kind === 'tls') return { reason: 'unknown', detail: 'it speaks TLS within TLS' };
    const { admission, transports, tls } = this.#deps;
    if (!speaksTls(tls, transports)) return { reason: 'off', detail: 'it speaks TLS, which this hub does not' };
    return limitFault(() => admission.admitHandshake(peer.address));
  }

  #plainFault({ kind, peer }: Arrival): Fault | undefined {
    const { tls, transports } = this.#deps;
    if (kind === 'tls' || !speaksTls(tls, transports) || tls.plain === 'allow') return undefined;
    if (tls.plain === 'loopback' && isLoopbackAddress(peer.address)) return undefined;
    return fault('plain', new RequestError('FORBIDDEN_ERR', PLAIN));
  }

  #httpFault(): Fault | undefined {
    const { http, webSocket } = this.#deps.transports;
    return http || webSocket ? undefined : fault('off', new RequestError('FORBIDDEN_ERR', HTTP_OFF));
  }

  #linkFault({ socket, peer }: Arrival): Fault | undefined {
    const { transports, admission, serving } = this.#deps;
    if (!transports.tcp) return fault('off', new RequestError('FORBIDDEN_ERR', TCP_OFF));
    if (!serving()) return fault('stopping', new RequestError('UNAVAILABLE_ERR', STOPPING));
    return limitFault(() => admission.admitConnection(socket, peer.address));
  }
}

/** True when the hub has a certificate and may use it. */
export function speaksTls({ certFile }: TlsConfig, transports: { readonly tls: boolean }): boolean {
  return transports.tls && certFile !== '';
}

/** One that does not hold is refused even where none is asked for: whoever shows it wants to be told. */
function certificateFault({ kind, certificate }: Arrival, { clientCertificates }: TlsConfig): Fault | undefined {
  if (kind !== 'tls') return undefined;
  if (certificate.kind === 'invalid') {
    return fault('certificate', new CredentialError(`Cannot accept the client certificate: ${certificate.fault}`));
  }
  if (certificate.kind === 'valid' || clientCertificates !== 'required') return undefined;
  return fault('certificate', new CredentialError(NO_CERTIFICATE));
}

function limitFault(admit: () => void): Fault | undefined {
  try {
    admit();
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return fault('limit', error);
    throw error;
  }
}
