import type { ServiceId } from '../../common/base/ids.ts';
import { HubError, RequestError } from '../../common/errors/hub-error.ts';
import type { Method } from '../../common/protocol/message.ts';
import { splitPath, splitUri } from '../../common/route/path.ts';
import type { PathMatch } from '../../common/route/route-table.ts';
import { checkBuiltInAccess } from './built-in-access.ts';
import type { BuiltInRoute, BuiltInService } from './built-in.ts';
import { BuiltInTarget } from './built-in-target.ts';
import { GenerationCache } from './generation-cache.ts';
import type { TargetService } from './relayed-exchange.ts';
import { checkGrant, checkReach, routeFor, type Asked } from './request-checks.ts';
import type { RouteDefinition } from './route-definition.ts';
import type { ServiceView } from './service-view.ts';

/** Where a uri leads, for every method. */
export type Destination =
  | { readonly kind: 'registered'; readonly service: TargetService; readonly match: PathMatch<RouteDefinition> }
  | { readonly kind: 'built-in'; readonly target: BuiltInTarget; readonly match: PathMatch<BuiltInRoute> };

/** Each half holds 10,000 routes; with the longest keys that are cached both hold about 10 MiB. */
const CACHED_PATHS = 10_240;
const LONGEST_CACHED_URI = 128;

function noService(path: string, id: string): RequestError {
  const reason = `no service "${id}" is registered`;
  return new RequestError('NOT_FOUND_ERR', `Cannot find "${path}": ${reason}; GET /services/ lists what is there`, {
    instance: path,
  });
}

function noRoute(path: string, id: string): RequestError {
  const reason = `service "${id}" has no such route`;
  return new RequestError('NOT_FOUND_ERR', `Cannot find "${path}": ${reason}; GET /services/${id} lists its routes`, {
    instance: path,
  });
}

/** What is reached by which path: registered and built-in services, and a bounded cache from path to route. */
export class ServiceDirectory {
  readonly #services = new Map<string, TargetService>();
  readonly #builtIns = new Map<string, BuiltInTarget>();
  readonly #cache = new GenerationCache<Destination>(CACHED_PATHS);

  /** Registered services, built-in ones not counted. */
  get size(): number {
    return this.#services.size;
  }

  get(id: string): TargetService | undefined {
    return this.#services.get(id);
  }

  builtIn(id: string): BuiltInTarget | undefined {
    return this.#builtIns.get(id);
  }

  builtIns(): Iterable<BuiltInTarget> {
    return this.#builtIns.values();
  }

  registered(): Iterable<TargetService> {
    return this.#services.values();
  }

  add(service: TargetService): void {
    this.#services.set(service.id, service);
    this.#cache.clear();
  }

  remove(id: ServiceId): void {
    this.#services.delete(id);
    this.#cache.clear();
  }

  /** To be called when a service's routes were replaced. */
  routesChanged(): void {
    this.#cache.clear();
  }

  /** @throws {TypeError} when the id is taken by another built-in service */
  addBuiltIn(service: BuiltInService): Disposable {
    if (this.#builtIns.has(service.id))
      throw new TypeError(`Cannot add built-in service "${service.id}": there is one already`);
    const target = new BuiltInTarget(service);
    this.#builtIns.set(service.id, target);
    this.#cache.clear();
    return {
      [Symbol.dispose]: () => {
        if (this.#builtIns.get(service.id) !== target) return;
        this.#builtIns.delete(service.id);
        this.#cache.clear();
      },
    };
  }

  /**
   * @throws {RequestError} BAD_REQUEST_ERR for a path that is none, NOT_FOUND_ERR when nothing handles it
   */
  resolve(uri: string): Destination {
    const path = splitUri(uri).path;
    const cached = this.#cache.get(path);
    if (cached !== undefined) return cached;
    const found = this.#lookUp(path);
    // The key of a path with a query keeps the whole uri alive, so it is the uri's length that counts.
    if (uri.length <= LONGEST_CACHED_URI) this.#cache.set(path, found);
    return found;
  }

  /** True when the uri leads to a route of a registered service that takes requests in pieces. Never throws. */
  takesStream(uri: string, method: Method): boolean {
    try {
      const found = this.resolve(uri);
      return found.kind === 'registered' && found.match.route(method)?.stream === true;
    } catch (error) {
      if (error instanceof RequestError) return false;
      throw error;
    }
  }

  /** True when such a request is refused whatever its body is: so nobody needs to read that. Never throws. */
  refuses(asked: Asked): boolean {
    try {
      const { uri = '', method } = asked.message;
      const found = this.resolve(uri);
      if (found.kind === 'registered') {
        checkReach(found.service, asked);
        routeFor(found.match, asked);
        checkGrant(found.service, asked);
      } else {
        const { access } = routeFor(found.match, asked);
        const at = { path: splitUri(uri).path, params: found.match.params(method) };
        checkBuiltInAccess(access, asked.caller.principal, at);
      }
      return false;
    } catch (error) {
      if (error instanceof HubError) return true;
      throw error;
    }
  }

  views(): readonly ServiceView[] {
    const views = [...this.#services.values(), ...this.#builtIns.values()].map((each) => each.view());
    return views.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  #lookUp(path: string): Destination {
    const [id = '', ...rest] = splitPath(path);
    const target = this.#builtIns.get(id);
    if (target !== undefined) {
      const match = target.routes.find(rest);
      if (match === undefined) throw noRoute(path, id);
      return { kind: 'built-in', target, match };
    }
    const service = this.#services.get(id);
    if (service === undefined) throw noService(path, id);
    const match = service.routes.find(rest);
    if (match === undefined) throw noRoute(path, id);
    return { kind: 'registered', service, match };
  }
}
