import type { ProvideOptions } from '../../client/node/index.ts';
import { HttpTarget, type HttpTargetOptions } from './http-target.ts';

export interface HttpServiceOptions {
  readonly id: string;
  /** `http:` or `https:`; its path comes before the request's. */
  readonly target: URL;
  readonly socketPath?: string | undefined;
  /** Default: `target`. */
  readonly hostHeader?: HttpTargetOptions['hostHeader'] | undefined;
  /** A path of the target that answers below 400 while it is well; the hub asks for it, and sends nothing while it is not. */
  readonly health?: string | undefined;
  /** Requests at one time on each connection; absent = the hub's limit, 0 = none. */
  readonly maxInFlight?: number | undefined;
}

/** `/ID/<path>` at `<target>/<path>`: a server behind a firewall is reached through the hub. */
export function httpService(options: HttpServiceOptions): ProvideOptions {
  const { id, target: url, socketPath, hostHeader = 'target', health, maxInFlight } = options;
  const target = new HttpTarget({ service: id, target: url, socketPath, hostHeader });
  return {
    id,
    description: `Passes requests to ${url.origin}`,
    routes: [
      {
        pattern: '/*path',
        summary: 'As the server answers',
        stream: true,
        handler: (request) => target.forward(request),
      },
    ],
    ...(maxInFlight !== undefined && { maxInFlight }),
    ...(health !== undefined && { metadata: { health } }),
  };
}
