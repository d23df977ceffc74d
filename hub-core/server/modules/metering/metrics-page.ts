import type { IncomingMessage, ServerResponse } from 'node:http';
import { CredentialError, HubError, RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { LimitUse, MetricSample } from '../../../common/module/module.ts';
import type { Authenticator } from '../../access/authenticator.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import { isLoopback } from '../../access/host-policy.ts';
import type { HttpMount } from '../../listener/http-mount.ts';
import { MethodError, sendProblem } from '../../listener/http/http-problem.ts';
import { isManager } from '../../roles.ts';
import { hubSamples, limitSamples } from './hub-samples.ts';
import type { Metering } from './index.ts';
import { metricsText, servicesOf } from './metrics-text.ts';

const PATH = '/metrics';
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface MetricsPageDeps {
  readonly hubId: string;
  readonly log: Logger;
  readonly metering: Metering;
  readonly authenticator: Authenticator;
  /** By the module's name. */
  readonly modules: () => ReadonlyMap<string, readonly MetricSample[]>;
  readonly limits: () => readonly LimitUse[];
}

/** From this machine, and not passed on by a proxy on it for somebody else. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return !isForwarded && isLoopback(socket.remoteAddress ?? '');
}

/** @throws {HubError} for who may not read: everyone may on this machine, elsewhere only managers */
async function admit(request: IncomingMessage, authenticator: Authenticator): Promise<void> {
  const credential = parseAuthorization(request.headers.authorization);
  if (credential === undefined) {
    if (isLocal(request)) return;
    throw new CredentialError(`Cannot read "${PATH}" from another machine without a key: it takes a manager's`);
  }
  const principal = await authenticator.authenticate(credential);
  if (!isManager(principal)) {
    const text = `Cannot read "${PATH}" as client "${principal.clientId}": it is for managers`;
    throw new RequestError('FORBIDDEN_ERR', text);
  }
}

async function page({ metering, modules, limits }: MetricsPageDeps): Promise<string> {
  const { counted } = metering;
  const hub = hubSamples(metering.current(), counted.total.snapshot(''), metering.process());
  return metricsText({
    hub: [...hub, ...limitSamples(limits())],
    modules: modules(),
    services: servicesOf(counted.exported),
  });
}

async function answer(deps: MetricsPageDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new MethodError(request.method, 'GET, HEAD');
  await admit(request, deps.authenticator);
  const text = await page(deps);
  response.writeHead(200, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** `GET /metrics` in the text format of Prometheus, also while the hub drains. */
export function createMetricsPage(deps: MetricsPageDeps): HttpMount {
  return {
    prefix: PATH,
    request: (request, response) => {
      answer(deps, request, response).catch((error: unknown) => {
        if (!(error instanceof HubError)) deps.log.error({ error }, 'could not tell the metrics');
        sendProblem(request, response, { error, about: { hub: deps.hubId, instance: PATH } });
      });
    },
  };
}
