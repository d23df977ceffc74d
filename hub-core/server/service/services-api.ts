import { z } from 'zod';
import type { ServiceId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { Encoding, Method } from '../../common/protocol/message.ts';
import { grantCovers, isGrantGlob } from '../grants.ts';
import type { Principal, ProviderLink } from '../relay.ts';
import { parseBody, readBody, SMALL_BODY_BYTES } from './built-in-body.ts';
import type { BuiltInCall, BuiltInReply, BuiltInRoute, BuiltInService } from './built-in.ts';
import {
  BODY_SCHEMAS,
  MAX_REGISTRATION_BYTES,
  parseNamedService,
  parseRegistration,
  parseUpdate,
  type Registration,
  type ServiceUpdate,
} from './registration.ts';
import type { BuiltInTarget } from './built-in-target.ts';
import { schemaOf } from './schema-of.ts';
import { builtInDocument, providerDocument, serviceDocument } from './service-documents.ts';
import { SERVICES_ANSWERS } from './services-schemas.ts';
import type { TargetChannel, TargetService } from './relayed-exchange.ts';
import { maySee, type RegistrationResult } from './service-registry.ts';
import { lastingHealth, type ServiceWatch } from './service-watch.ts';

/** What the built-in service `services` does; the service layer is behind it. */
export interface ServiceOperations {
  register(principal: Principal, link: ProviderLink, registration: Registration): RegistrationResult;
  unregister(link: ProviderLink, service: string): TargetChannel;
  drain(link: ProviderLink, service: string): TargetChannel;
  update(principal: Principal, update: ServiceUpdate): TargetService;
  /** @throws {RequestError} NOT_FOUND_ERR */
  require(service: string): TargetService;
  builtIn(service: string): BuiltInTarget | undefined;
  registered(): Iterable<TargetService>;
  readonly watch: ServiceWatch;
}

function reply(status: number, value: unknown): BuiltInReply {
  return { status, encoding: Encoding.Json, payload: jsonPayload(value) };
}

function linkOf(call: BuiltInCall, action: string): ProviderLink {
  const link = call.caller.providerLink;
  if (link !== undefined) return link;
  throw new RequestError(
    'BAD_REQUEST_ERR',
    `Cannot ${action} a service on this way: services are provided on a WebSocket connection of their own`,
  );
}

const bodyOf = (call: BuiltInCall, action: string, maxBytes = SMALL_BODY_BYTES): unknown =>
  readBody(call.message.payload, { action: `${action} the service`, maxBytes });

/** @throws {RequestError} NOT_FOUND_ERR, the same whether it is not there or not for this caller's eyes */
function visible(call: BuiltInCall, operations: ServiceOperations): TargetService {
  const id = call.params['id'] ?? '';
  if (!maySee(call.caller.principal, id)) {
    throw new RequestError(
      'NOT_FOUND_ERR',
      `Cannot find service "${id}": it is not registered; GET /services/ lists what is there`,
    );
  }
  return operations.require(id);
}

const listed = (call: BuiltInCall, operations: ServiceOperations): TargetService[] =>
  [...operations.registered()]
    .filter((service) => maySee(call.caller.principal, service.id))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));

function register(call: BuiltInCall, operations: ServiceOperations): BuiltInReply {
  const link = linkOf(call, 'register');
  const { service, provider, created } = operations.register(
    call.caller.principal,
    link,
    parseRegistration(bodyOf(call, 'register', MAX_REGISTRATION_BYTES)),
  );
  return reply(created ? 201 : 200, { service: service.id, provider, created, providers: service.channels.length });
}

function unregister(call: BuiltInCall, operations: ServiceOperations): BuiltInReply {
  const channel = operations.unregister(
    linkOf(call, 'unregister'),
    parseNamedService(bodyOf(call, 'unregister'), 'unregister'),
  );
  return reply(200, { service: channel.service.id, provider: channel.id, providers: channel.service.channels.length });
}

function drain(call: BuiltInCall, operations: ServiceOperations): BuiltInReply {
  const channel = operations.drain(linkOf(call, 'drain'), parseNamedService(bodyOf(call, 'drain'), 'drain'));
  return reply(200, { service: channel.service.id, provider: channel.id, in_flight: channel.inFlight });
}

const watchSchema = z.strictObject({
  services: z.string().refine(isGrantGlob, 'must be a service id, in which * is any run of characters').default('*'),
});

function watch(call: BuiltInCall, operations: ServiceOperations): BuiltInReply {
  const wanted = parseBody(watchSchema, call.message.payload, { action: 'watch services', maxBytes: SMALL_BODY_BYTES });
  const globs = [wanted.services];
  operations.watch.watch(call.caller, wanted.services);
  const services = listed(call, operations).filter(({ id }) => grantCovers(globs, id));
  return reply(
    200,
    services.map((service) => ({
      ...serviceDocument(service),
      health: lastingHealth(service),
      provider_ids: service.channels.map(({ id }) => id),
    })),
  );
}

type Handler = (call: BuiltInCall, operations: ServiceOperations) => BuiltInReply;

const ROUTES: readonly (Omit<BuiltInRoute, 'handle' | 'access'> & { readonly handler: Handler })[] = [
  {
    pattern: '/register',
    methods: [Method.Post],
    summary: 'offers a service on this connection',
    requestSchema: BODY_SCHEMAS.register,
    responseSchema: SERVICES_ANSWERS.registered,
    handler: register,
  },
  {
    pattern: '/unregister',
    methods: [Method.Post],
    summary: 'takes this connection out of a service',
    requestSchema: BODY_SCHEMAS.named,
    responseSchema: SERVICES_ANSWERS.unregistered,
    handler: unregister,
  },
  {
    pattern: '/drain',
    methods: [Method.Post],
    summary: 'gives this connection no new requests of a service',
    requestSchema: BODY_SCHEMAS.named,
    responseSchema: SERVICES_ANSWERS.draining,
    handler: drain,
  },
  {
    pattern: '/update',
    methods: [Method.Post],
    summary: 'changes a service that this client created',
    requestSchema: BODY_SCHEMAS.update,
    responseSchema: SERVICES_ANSWERS.service,
    handler: (call, operations) =>
      reply(
        200,
        serviceDocument(
          operations.update(call.caller.principal, parseUpdate(bodyOf(call, 'update', MAX_REGISTRATION_BYTES))),
        ),
      ),
  },
  {
    pattern: '/watch',
    methods: [Method.Post],
    summary: 'tells this connection of services that come, go, or change their health',
    requestSchema: schemaOf(watchSchema),
    responseSchema: SERVICES_ANSWERS.watched,
    handler: watch,
  },
  {
    pattern: '/',
    methods: [Method.Get],
    summary: 'the services that the caller may call or provide',
    responseSchema: SERVICES_ANSWERS.services,
    handler: (call, operations) => reply(200, listed(call, operations).map(serviceDocument)),
  },
  {
    pattern: '/:id',
    methods: [Method.Get],
    summary: 'one service with its routes',
    responseSchema: SERVICES_ANSWERS.oneService,
    handler(call, operations) {
      const builtIn = operations.builtIn(call.params['id'] ?? '');
      return reply(200, builtIn === undefined ? serviceDocument(visible(call, operations)) : builtInDocument(builtIn));
    },
  },
  {
    pattern: '/:id/providers',
    methods: [Method.Get],
    summary: 'the provider channels of a service',
    responseSchema: SERVICES_ANSWERS.providers,
    handler: (call, operations) =>
      reply(
        200,
        visible(call, operations).channels.map((channel) => providerDocument(channel.view())),
      ),
  },
  {
    pattern: '/clients/:client',
    methods: [Method.Get],
    summary: 'the services that a client provides',
    responseSchema: SERVICES_ANSWERS.services,
    handler: (call, operations) =>
      reply(
        200,
        listed(call, operations)
          .filter((service) => service.isOfferedBy(call.params['client'] ?? ''))
          .map(serviceDocument),
      ),
  },
];

/** The built-in service under `/services`: registering and looking up what clients provide. */
export function createServicesApi(operations: ServiceOperations): BuiltInService {
  return {
    id: 'services' as ServiceId,
    description: 'Register services and see which there are',
    routes: ROUTES.map(({ handler, ...route }) => ({
      ...route,
      access: 'client',
      handle: (call) => handler(call, operations),
    })),
  };
}
