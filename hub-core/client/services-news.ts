import { ProtocolError } from '../common/errors/hub-error.ts';
import { parseJsonPayload } from '../common/protocol/payload.ts';

/** `serving`: a provider takes work; `degraded`: there are only such that do not; `not-serving`: there is none. */
export type ServiceHealth = 'serving' | 'degraded' | 'not-serving';

/** A service when a watch begins. */
export interface WatchedService {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly health: ServiceHealth;
  /** Ids of its provider channels. */
  readonly providers: readonly string[];
}

/** What a watch of services tells. */
export type ServicesNews =
  /** All services as they are: at first, and again whenever news may have been missed. */
  { readonly event: 'snapshot'; readonly services: readonly WatchedService[] } | ServiceEvent;

/** Something happened to one service. `at` is the hub's time, in ISO 8601. */
export type ServiceEvent =
  | {
      readonly event: 'added' | 'health';
      readonly service: string;
      readonly health: ServiceHealth;
      readonly at: string;
    }
  | { readonly event: 'removed'; readonly service: string; readonly at: string }
  | {
      readonly event: 'provider-added' | 'provider-removed';
      readonly service: string;
      readonly provider: string;
      readonly at: string;
    };

type Members = Readonly<Record<string, unknown>>;

const HEALTHS: readonly string[] = ['serving', 'degraded', 'not-serving'] satisfies readonly ServiceHealth[];

function membersOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new ProtocolError('Cannot read news of services: they are no object');
}

function text(of: Members, name: string): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  throw new ProtocolError(`Cannot read news of services: "${name}" is no string`);
}

function health(of: Members): ServiceHealth {
  const value = text(of, 'health');
  if (HEALTHS.includes(value)) return value as ServiceHealth;
  throw new ProtocolError(`Cannot read news of services: "health" is "${value}"`);
}

function watchedService(value: unknown): WatchedService {
  const of = membersOf(value);
  const providers = of['provider_ids'];
  if (!Array.isArray(providers)) throw new ProtocolError('Cannot read news of services: "provider_ids" is no array');
  return {
    id: text(of, 'id'),
    version: text(of, 'version'),
    description: text(of, 'description'),
    health: health(of),
    providers: providers.map(String),
  };
}

/** The answer to `POST /services/watch`. @throws {ProtocolError} */
export function parseWatchedServices(payload: Uint8Array): readonly WatchedService[] {
  const list = parseJsonPayload(payload);
  if (!Array.isArray(list)) throw new ProtocolError('Cannot read news of services: the answer is no array');
  return list.map((each) => watchedService(each));
}

/** A Notice of `/services/events`. @returns undefined for an event that this client does not know @throws {ProtocolError} */
export function parseServiceEvent(payload: Uint8Array): ServiceEvent | undefined {
  const of = membersOf(parseJsonPayload(payload));
  const event = text(of, 'event');
  const [service, at] = [text(of, 'service'), text(of, 'at')];
  switch (event) {
    case 'added':
    case 'health':
      return { event, service, health: health(of), at };
    case 'removed':
      return { event, service, at };
    case 'provider-added':
    case 'provider-removed':
      return { event, service, provider: text(of, 'provider'), at };
    default:
      // A newer hub may have more to say.
      return undefined;
  }
}
