import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { HubError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { HubIdentity } from '../../access/access-limits.ts';
import type { Authenticator } from '../../access/authenticator.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import type { HttpMount } from '../../listener/http-mount.ts';
import { MethodError, sendProblem } from '../../listener/http/http-problem.ts';
import type { Principal } from '../../relay.ts';
import { GenerationCache } from '../../service/generation-cache.ts';
import type { DescribedService } from '../../service/openapi/described-service.ts';
import { openApiDocument } from '../../service/openapi/openapi-document.ts';
import type { ServiceLayer } from '../../service/service-layer.ts';

const PATH = '/openapi.json';
/** Documents that are kept; for each set of services that callers may see, and each name of the hub. */
const CACHED = 32;

export interface OpenApiPageDeps {
  readonly hub: HubIdentity;
  readonly log: Logger;
  readonly layer: Pick<ServiceLayer, 'described' | 'onDidChange'>;
  readonly authenticator: Authenticator;
}

interface Page {
  readonly body: Buffer;
  /** Strong: the same bytes. */
  readonly etag: string;
}

/** Says what the routes of the hub's services take and give, to each caller of what it may call. */
class OpenApiPage {
  readonly #deps: OpenApiPageDeps;
  readonly #pages = new GenerationCache<Page>(CACHED);

  constructor(deps: OpenApiPageDeps) {
    this.#deps = deps;
    deps.layer.onDidChange.subscribe(({ event }) => {
      if (event === 'added' || event === 'removed' || event === 'updated') this.#pages.clear();
    });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new MethodError(request.method, 'GET, HEAD');
    const principal = await this.#deps.authenticator.authenticate(parseAuthorization(request.headers.authorization));
    const { body, etag } = this.#pageFor(principal, serverUrl(request));
    response
      .setHeader('etag', etag)
      .setHeader('cache-control', 'private, no-cache')
      .appendHeader('vary', 'authorization');
    if (isKnown(request.headers['if-none-match'], etag)) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.byteLength });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #pageFor(principal: Principal, url: string): Page {
    const services = this.#deps.layer.described(principal);
    const key = JSON.stringify([url, principal.role, services.map(({ id }) => id)]);
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const page = pageOf(services, { hub: this.#deps.hub, serverUrl: url });
    this.#pages.set(key, page);
    return page;
  }
}

function pageOf(services: readonly DescribedService[], about: { hub: HubIdentity; serverUrl: string }): Page {
  const body = Buffer.from(JSON.stringify(openApiDocument({ ...about, services })));
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** `Host` was found to be a name of the hub. */
function serverUrl({ socket, headers: { host = '' } }: IncomingMessage): string {
  return `${socket instanceof TLSSocket ? 'https' : 'http'}://${host.toLowerCase()}`;
}

function isKnown(condition: string | undefined, etag: string): boolean {
  return condition !== undefined && condition.split(',').some((each) => [etag, `W/${etag}`, '*'].includes(each.trim()));
}

/** `GET /openapi.json` (OpenAPI 3.1): the routes that the caller may call over HTTP, and their schemas. */
export function createOpenApiPage(deps: OpenApiPageDeps): HttpMount {
  const page = new OpenApiPage(deps);
  return {
    prefix: PATH,
    request: (request, response) => {
      page.answer(request, response).catch((error: unknown) => {
        if (!(error instanceof HubError)) deps.log.error({ error }, 'could not describe the services');
        sendProblem(request, response, { error, about: { hub: deps.hub.id, instance: PATH } });
      });
    },
  };
}
