import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OriginPolicy } from '../../access/origin-policy.ts';

/** What pages of the configured origins may ask for (Fetch standard, CORS protocol). */
export interface CorsConfig {
  readonly methods: readonly string[];
  /** Of requests; `*` = whatever is asked for. */
  readonly headers: readonly string[];
  /** Of answers, that pages may read; `*` = all, but not for requests with credentials. */
  readonly exposedHeaders: readonly string[];
  /** Pages may ask with cookies and with what the browser remembers of a login. */
  readonly credentials: boolean;
  /** For which a browser may remember a preflight's answer, s; 0 = not at all. */
  readonly maxAgeSec: number;
}

/** True for the question a browser asks before a request of another origin (Fetch standard, CORS preflight). */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Lets pages of configured origins read answers and ask what is configured; every other origin is refused before. */
export class Cors {
  readonly #config: CorsConfig;
  readonly #origins: OriginPolicy;

  constructor(config: CorsConfig, origins: OriginPolicy) {
    this.#config = config;
    this.#origins = origins;
  }

  /** On every answer, whatever it is. */
  allow({ headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.origin === undefined || !this.#origins.isConfigured(headers.origin)) return;
    const { credentials, exposedHeaders } = this.#config;
    response.setHeader('access-control-allow-origin', headers.origin);
    if (credentials) response.setHeader('access-control-allow-credentials', 'true');
    if (exposedHeaders.length > 0) response.setHeader('access-control-expose-headers', exposedHeaders.join(', '));
    response.appendHeader('vary', 'origin');
  }

  /** Answers a preflight whose origin is allowed. */
  answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
    const { methods, headers: allowed, maxAgeSec } = this.#config;
    const wanted = headers['access-control-request-headers'] ?? '';
    response.setHeader('access-control-allow-methods', methods.join(', '));
    response.setHeader('access-control-allow-headers', allowed.includes('*') ? wanted : allowed.join(', '));
    response.setHeader('access-control-max-age', String(maxAgeSec));
    response.appendHeader('vary', 'access-control-request-method, access-control-request-headers');
    response.writeHead(204).end();
  }
}
