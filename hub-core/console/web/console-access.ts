import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { CredentialError, RequestError } from '../../common/errors/hub-error.ts';
import type { Hub } from '../../server/hub/hub.ts';

/** What lets a browser in; both are random and last as long as the hub runs. */
export interface ConsoleSecrets {
  /** In the link that is printed at start. */
  readonly token: string;
  /** In the cookie that the link is exchanged for. */
  readonly cookie: string;
}

const HOW_TO_GET_IN =
  'Open the link that `whub serve` printed, or run `whub console --open` on the machine of the hub for a new one';

/** Hashes first, so that neither the content nor the length shows in the time it takes. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Who may use the console over HTTP: a browser that opened the link, or a program with a manager's key. */
export class ConsoleAccess {
  readonly #hub: Pick<Hub, 'address' | 'authenticate'>;
  readonly #secrets: ConsoleSecrets;

  constructor(hub: Pick<Hub, 'address' | 'authenticate'>, secrets: ConsoleSecrets) {
    this.#hub = hub;
    this.#secrets = secrets;
  }

  /**
   * One link a hub: cookies know no ports, names do. What was set over TLS is not sent without, nor can it be set again there,
   * so that one has a name of its own.
   */
  cookieName({ socket }: IncomingMessage): string {
    return `whub-${String(this.#hub.address.port)}${socket instanceof TLSSocket ? '-tls' : ''}`;
  }

  /** `Set-Cookie` of a browser that showed the token. */
  cookieFor(request: IncomingMessage): string {
    const secure = request.socket instanceof TLSSocket ? '; Secure' : '';
    return `${this.cookieName(request)}=${this.#secrets.cookie}; HttpOnly; SameSite=Strict; Path=/console${secure}`;
  }

  hasToken(token: string): boolean {
    return isSame(token, this.#secrets.token);
  }

  hasCookie(request: IncomingMessage): boolean {
    return isSame(cookieOf(request, this.cookieName(request)) ?? '', this.#secrets.cookie);
  }

  /**
   * Lets in the page itself and managers' programs.
   *
   * @throws {CredentialError} without a credential; {RequestError} FORBIDDEN_ERR for another site's page, or a client that
   * is no manager
   */
  async authorize(request: IncomingMessage): Promise<void> {
    // A page on another port of this machine is "same-site": its cookies come along, and a plain GET names no Origin.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new RequestError('FORBIDDEN_ERR', 'The console answers only to its own page');
    }
    if (this.hasCookie(request)) return;
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined)
      throw new CredentialError(`The console needs its cookie, or a manager's key. ${HOW_TO_GET_IN}`);
    const principal = await this.#hub.authenticate(key);
    if (principal.role === 'manager' || principal.role === 'root') return;
    throw new RequestError('FORBIDDEN_ERR', `Client "${principal.clientId}" may not use the console: it is no manager`);
  }
}
