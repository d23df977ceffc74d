import type { z } from 'zod';
import type { ServiceId } from '../../../common/base/ids.ts';
import { CredentialError, RequestError, type HubError } from '../../../common/errors/hub-error.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import type { Principal, Role } from '../../relay.ts';
import { isManager } from '../../roles.ts';
import { parseBody, SMALL_BODY_BYTES } from '../../service/built-in-body.ts';
import type { BuiltInCall, BuiltInReply, BuiltInService } from '../../service/built-in.ts';
import { schemaOf } from '../../service/schema-of.ts';
import { claimsSchema, issuedSchema, loginSchema, logoutSchema, tokenSchema } from './auth-schemas.ts';
import type { IssuedTokens, SessionDesk } from './session-desk.ts';

/** What the built-in service `auth` does; the auth module is behind it. */
export interface AuthServiceDeps {
  readonly desk: () => SessionDesk;
  readonly roleOf: (client: string) => Role;
}

/** The built-in service `auth` (docs/protocol.md, section 5): passwords and tokens. */
export function createAuthService(deps: AuthServiceDeps): BuiltInService {
  return {
    id: 'auth' as ServiceId,
    description: 'Logging in with a password, and the tokens that it gives',
    routes: [
      {
        pattern: '/login',
        methods: [Method.Post],
        access: 'anonymous',
        summary: 'Gives tokens for a password',
        requestSchema: schemaOf(loginSchema),
        responseSchema: schemaOf(issuedSchema),
        handle: async (call) => {
          const { client, password } = parse(loginSchema, call, 'log in');
          return issued(await deps.desk().login(client, password, call.caller.remoteAddress), deps);
        },
      },
      {
        // Whoever sends a token shows with it which client it is, so it needs no other credential.
        pattern: '/token',
        methods: [Method.Post],
        access: 'anonymous',
        summary: 'Says what a token is worth, or gives new ones for a refresh token',
        requestSchema: schemaOf(tokenSchema),
        responseSchema: { anyOf: [schemaOf(claimsSchema), schemaOf(issuedSchema)] },
        handle: (call) => exchange(call, deps),
      },
      {
        pattern: '/logout',
        methods: [Method.Post],
        access: 'client',
        summary: 'Ends a session: its tokens are refused from then on',
        requestSchema: schemaOf(logoutSchema),
        handle: (call) => logout(call, deps),
      },
    ],
  };
}

async function exchange(call: BuiltInCall, deps: AuthServiceDeps): Promise<BuiltInReply> {
  const body = parse(tokenSchema, call, 'exchange the token');
  if (body.grant === 'refresh') {
    if (body.token === undefined) throw bad('Cannot refresh: "token" is missing; send the refresh token');
    return issued(await deps.desk().refresh(body.token, call.caller.remoteAddress), deps);
  }
  const { principal } = call.caller;
  if (body.token === undefined) return accepted(principal);
  const { claims } = await deps.desk().read('access', body.token);
  assertOwn(principal, claims.client, 'look at');
  return json(200, {
    client: claims.client,
    role: deps.roleOf(claims.client),
    session: claims.session,
    issued_at: iso(claims.issuedAtMs),
    expires_at: iso(claims.expiresAtMs),
  });
}

/** Whatever the request was made with was looked at when it came. */
function accepted(principal: Principal): BuiltInReply {
  if (principal.role === 'anonymous') throw noToken(principal, 'validate');
  return json(200, { client: principal.clientId, role: principal.role, session: sessionIn(principal) });
}

async function logout(call: BuiltInCall, deps: AuthServiceDeps): Promise<BuiltInReply> {
  const body = parse(logoutSchema, call, 'log out');
  const { principal } = call.caller;
  deps.desk().logout(body.token === undefined ? sessionOf(principal) : await ownSession(body.token, principal, deps));
  return { status: 204 };
}

/** Of an access or a refresh token. */
async function ownSession(given: string, principal: Principal, deps: AuthServiceDeps): Promise<string> {
  const desk = deps.desk();
  const { claims } = await desk.read('access', given).catch(() => desk.read('refresh', given));
  assertOwn(principal, claims.client, 'end the session of');
  return claims.session;
}

function sessionIn({ credential = '' }: Principal): string | undefined {
  return credential.startsWith(SESSION) ? credential.slice(SESSION.length) : undefined;
}

function sessionOf(principal: Principal): string {
  const session = sessionIn(principal);
  if (session === undefined) throw noToken(principal, 'log out');
  return session;
}

function assertOwn(principal: Principal, client: string, action: string): void {
  if (principal.role === 'anonymous' || principal.clientId === client || isManager(principal)) return;
  throw new RequestError('FORBIDDEN_ERR', `Cannot ${action} a token of another client: only managers may`);
}

function noToken({ role }: Principal, action: string): HubError {
  return role === 'anonymous'
    ? new CredentialError(`Cannot ${action} without a token`)
    : bad(`Cannot ${action}: "token" is missing, and the request was not made with one`);
}

function issued(
  { client, token: access, expiresAtMs, expiresInSec, refreshToken }: IssuedTokens,
  deps: AuthServiceDeps,
): BuiltInReply {
  return json(200, {
    token: access,
    token_type: 'Bearer',
    refresh_token: refreshToken,
    expires_at: iso(expiresAtMs),
    expires_in: expiresInSec,
    client,
    role: deps.roleOf(client),
  });
}

const SESSION = 'session:';
const NO_STORE = [{ name: 'cache-control', value: 'no-store' }] as const;

function json(status: number, value: unknown): BuiltInReply {
  return { status, encoding: Encoding.Json, headers: NO_STORE, payload: jsonPayload(value) };
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

const bad = (text: string): RequestError => new RequestError('BAD_REQUEST_ERR', text);

/** @throws {RequestError} BAD_REQUEST_ERR that names the member, never its value; TOO_LARGE_ERR */
function parse<T>(schema: z.ZodType<T>, call: BuiltInCall, action: string): T {
  return parseBody(schema, call.message.payload, { action, maxBytes: SMALL_BODY_BYTES });
}
