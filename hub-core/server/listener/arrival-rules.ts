import type { Socket } from 'node:net';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { Credential } from '../access/authenticator.ts';
import type { Admission } from './admission.ts';
import type { RefusalReason } from './arrival-counts.ts';
import type { PeerAddress } from './peer-address.ts';
import type { FirstBytes } from './sniffer.ts';

/** A connection that nobody speaks with yet. */
export interface Arrival {
  readonly socket: Socket;
  readonly peer: PeerAddress;
  readonly kind: 'tcp' | 'tls';
  /** From the client's certificate. */
  readonly credential: Credential | undefined;
}

/** Why nothing comes of an arrival. */
export interface Fault {
  readonly reason: RefusalReason;
  /** For the log. */
  readonly detail: string;
  /** For the other side; absent where nobody knows what it would understand. */
  readonly error?: RequestError;
}

export interface ArrivalRulesDeps {
  readonly transports: { readonly http: boolean; readonly webSocket: boolean; readonly tcp: boolean };
  readonly admission: Admission;
  /** False while the hub drains. */
  readonly serving: () => boolean;
}

function fault(reason: RefusalReason, error: RequestError): Fault {
  return { reason, detail: error.message, error };
}

const OTHER_VERSION = 'Cannot speak this version of WProtocol: this hub speaks "WHUB/1"';
const HTTP_OFF = 'Cannot speak HTTP: it is switched off at this hub';
const TCP_OFF = 'Cannot speak WProtocol over TCP: it is switched off at this hub';
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
        return { reason: 'off', detail: 'it speaks TLS, for which this hub has no certificate' };
      case 'http':
        return this.#httpFault();
      case 'whub':
        return this.#linkFault(arrival);
    }
  }

  #httpFault(): Fault | undefined {
    const { http, webSocket } = this.#deps.transports;
    return http || webSocket ? undefined : fault('off', new RequestError('FORBIDDEN_ERR', HTTP_OFF));
  }

  #linkFault({ socket, peer }: Arrival): Fault | undefined {
    const { transports, admission, serving } = this.#deps;
    if (!transports.tcp) return fault('off', new RequestError('FORBIDDEN_ERR', TCP_OFF));
    if (!serving()) return fault('stopping', new RequestError('UNAVAILABLE_ERR', STOPPING));
    try {
      admission.admitConnection(socket, peer.address);
      return undefined;
    } catch (error) {
      if (error instanceof RequestError) return fault('limit', error);
      throw error;
    }
  }
}
