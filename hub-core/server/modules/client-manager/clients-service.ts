import type { z } from 'zod';
import type { ServiceId } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import { parseBody, SMALL_BODY_BYTES } from '../../service/built-in-body.ts';
import type { BuiltInCall, BuiltInReply, BuiltInRoute, BuiltInService } from '../../service/built-in.ts';
import { checkPassword } from '../../storage/password.ts';
import type { IssuedCredential } from '../../storage/client-record.ts';
import { isManager } from '../../roles.ts';
import { schemaOf } from '../../service/schema-of.ts';
import type { ConnectionSnapshot } from '../connection-manager/connection-snapshot.ts';
import type { ClientSnapshot, CredentialSnapshot, IssuedKey } from './client-snapshot.ts';
import {
  clientListSchema,
  clientSchema,
  connectionListSchema,
  credentialListSchema,
  issuedSchema,
  newCredentialSchema,
  putSchema,
  signupSchema,
} from './clients-schemas.ts';

/** What the built-in service `clients` does; the client manager is behind it. */
export interface ClientsServiceDeps {
  readonly clients: {
    list(): readonly ClientSnapshot[];
    register(client: string, mayCall: readonly string[], mayProvide: readonly string[]): IssuedKey;
    setGrants(client: string, mayCall: readonly string[], mayProvide: readonly string[]): ClientSnapshot;
    revoke(client: string): boolean;
    revokeCredential(client: string, credential: string): boolean;
    setPassword(client: string, password: string | null): Promise<void>;
  };
  /** Undefined: nobody may register by itself. */
  readonly signUp: ((client: string, password: string) => Promise<ClientSnapshot>) | undefined;
  readonly get: (client: string) => ClientSnapshot | undefined;
  readonly addCredential: (client: string) => IssuedCredential;
  readonly connectionsOf: (client: string) => readonly ConnectionSnapshot[];
}

/** The built-in service `clients` (docs/protocol.md, section 5): who may use the hub, and with which credentials. */
export function createClientsService(deps: ClientsServiceDeps): BuiltInService {
  return {
    id: 'clients' as ServiceId,
    description: 'Registered clients and their credentials',
    routes: [...clientRoutes(deps), ...credentialRoutes(deps)],
  };
}

function clientRoutes(deps: ClientsServiceDeps): readonly BuiltInRoute[] {
  return [
    {
      pattern: '/signup',
      methods: [Method.Post],
      access: 'anonymous',
      summary: 'Registers a client with a password, where the hub permits that',
      requestSchema: schemaOf(signupSchema),
      responseSchema: schemaOf(clientSchema),
      handle: (call) => signUp(deps, call),
    },
    {
      pattern: '/',
      methods: [Method.Get],
      access: 'manager',
      summary: 'Every registered client',
      responseSchema: schemaOf(clientListSchema),
      handle: () => json(200, { clients: deps.clients.list().map((client) => clientDocument(client)) }),
    },
    {
      pattern: '/:id',
      methods: [Method.Get],
      access: 'self',
      summary: 'One client',
      responseSchema: schemaOf(clientSchema),
      handle: (call) => json(200, clientDocument(known(deps, call))),
    },
    {
      pattern: '/:id',
      methods: [Method.Put],
      access: 'self',
      summary: 'Registers a client, or changes what it is granted or its password',
      requestSchema: schemaOf(putSchema),
      responseSchema: schemaOf(clientSchema),
      handle: (call) => put(deps, call),
    },
    {
      pattern: '/:id',
      methods: [Method.Delete],
      access: 'manager',
      summary: 'Revokes a client',
      handle: (call) => {
        deps.clients.revoke(known(deps, call).client);
        return { status: 204 };
      },
    },
    {
      pattern: '/:id/connections',
      methods: [Method.Get],
      access: 'self',
      summary: 'Open connections of a client',
      responseSchema: schemaOf(connectionListSchema),
      handle: (call) => {
        const connections = deps.connectionsOf(known(deps, call).client);
        return json(200, { connections: connections.map((connection) => connectionDocument(connection)) });
      },
    },
  ];
}

function credentialRoutes(deps: ClientsServiceDeps): readonly BuiltInRoute[] {
  return [
    {
      pattern: '/:id/credentials',
      methods: [Method.Get],
      access: 'self',
      summary: 'Credentials of a client, without their keys',
      responseSchema: schemaOf(credentialListSchema),
      handle: (call) =>
        json(200, { credentials: known(deps, call).credentials.map((each) => credentialDocument(each)) }),
    },
    {
      pattern: '/:id/credentials',
      methods: [Method.Post],
      access: 'self',
      summary: 'Adds a key, which is shown this once',
      requestSchema: schemaOf(newCredentialSchema),
      responseSchema: schemaOf(issuedSchema),
      handle: (call) => {
        parse(newCredentialSchema, call, `add a key to client "${idOf(call)}"`);
        return json(201, deps.addCredential(idOf(call)));
      },
    },
    {
      pattern: '/:id/credentials/:credential',
      methods: [Method.Delete],
      access: 'self',
      summary: 'Revokes a credential',
      handle: (call) => revokeCredential(deps, call),
    },
  ];
}

async function signUp(deps: ClientsServiceDeps, call: BuiltInCall): Promise<BuiltInReply> {
  if (deps.signUp === undefined) {
    throw new RequestError('FORBIDDEN_ERR', 'Cannot sign up: on this hub managers register clients');
  }
  const { client, password } = parse(signupSchema, call, 'sign up');
  return json(201, clientDocument(await deps.signUp(client, password)));
}

async function put(deps: ClientsServiceDeps, call: BuiltInCall): Promise<BuiltInReply> {
  const id = idOf(call);
  const body = parse(putSchema, call, `change client "${id}"`);
  if (typeof body.password === 'string') checkPassword(body.password);
  const reply = putGrants(deps, call, body);
  if (body.password !== undefined) await deps.clients.setPassword(id, body.password);
  return reply;
}

function putGrants(deps: ClientsServiceDeps, call: BuiltInCall, body: z.infer<typeof putSchema>): BuiltInReply {
  const id = idOf(call);
  const { may_call: mayCall, may_provide: mayProvide } = body;
  if (!isManager(call.caller.principal) && (mayCall !== undefined || mayProvide !== undefined)) {
    throw new RequestError('FORBIDDEN_ERR', `Cannot change what client "${id}" is granted: only managers may`);
  }
  const present = deps.get(id);
  if (present !== undefined) {
    const changes = mayCall !== undefined || mayProvide !== undefined;
    const after = changes
      ? deps.clients.setGrants(id, mayCall ?? present.mayCall, mayProvide ?? present.mayProvide)
      : present;
    return json(200, clientDocument(after));
  }
  const { client, key } = deps.clients.register(id, mayCall ?? [], mayProvide ?? []);
  return json(201, { ...clientDocument(known(deps, call)), client, key });
}

function revokeCredential(deps: ClientsServiceDeps, call: BuiltInCall): BuiltInReply {
  const { client, credentials } = known(deps, call);
  const credential = call.params['credential'] ?? '';
  if (!credentials.some(({ id }) => id === credential)) {
    throw new RequestError(
      'NOT_FOUND_ERR',
      `Cannot find credential "${credential}": client "${client}" has none of that id`,
    );
  }
  deps.clients.revokeCredential(client, credential);
  return { status: 204 };
}

function idOf(call: BuiltInCall): string {
  return call.params['id'] ?? '';
}

function known(deps: ClientsServiceDeps, call: BuiltInCall): ClientSnapshot {
  const found = deps.get(idOf(call));
  if (found !== undefined) return found;
  throw new RequestError('NOT_FOUND_ERR', `Cannot find client "${idOf(call)}": it is not registered`);
}

/** @throws {RequestError} BAD_REQUEST_ERR that names the member, never its value; TOO_LARGE_ERR */
function parse<T>(schema: z.ZodType<T>, call: BuiltInCall, action: string): T {
  return parseBody(schema, call.message.payload, { action, maxBytes: SMALL_BODY_BYTES });
}

function json(status: number, value: unknown): BuiltInReply {
  return { status, encoding: Encoding.Json, payload: jsonPayload(value) };
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

function credentialDocument(credential: CredentialSnapshot): Readonly<Record<string, unknown>> {
  return {
    id: credential.id,
    prefix: credential.prefix,
    created: iso(credential.createdAtMs),
    last_used: iso(credential.lastUsedAtMs),
    revoked: iso(credential.revokedAtMs),
  };
}

function clientDocument(client: ClientSnapshot): Readonly<Record<string, unknown>> {
  return {
    client: client.client,
    role: client.role,
    may_call: client.mayCall,
    may_provide: client.mayProvide,
    created: iso(client.createdAtMs),
    last_used: iso(client.lastUsedAtMs),
    revoked: iso(client.revokedAtMs),
    connections: client.connections,
    credentials: client.credentials.map((each) => credentialDocument(each)),
  };
}

function connectionDocument(connection: ConnectionSnapshot): Readonly<Record<string, unknown>> {
  return {
    id: connection.id,
    state: connection.state,
    agent: connection.agent,
    transport: connection.transport,
    subprotocol: connection.subprotocol,
    remote_address: connection.remoteAddress,
    connected: iso(connection.connectedAtMs),
    messages_in: connection.messagesIn,
    messages_out: connection.messagesOut,
    bytes_in: connection.bytesIn,
    bytes_out: connection.bytesOut,
    in_flight: connection.inFlight,
    services: connection.services,
  };
}
