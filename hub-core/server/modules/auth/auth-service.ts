import { z } from 'zod';
import type { ServiceId } from '../../../common/base/ids.ts';
import { CredentialError, RequestError, type HubError } from '../../../common/errors/hub-error.ts';
import { Encoding, Method } from '../../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../../common/protocol/payload.ts';
import type { Principal, Role } from '../../relay.ts';
import { isManager } from '../../roles.ts';
import type { BuiltInCall, BuiltInReply, BuiltInService } from '../../service/built-in.ts';
import { schemaOf } from '../../service/schema-of.ts';
import type { IssuedTokens, SessionDesk } from './session-desk.ts';

/** What the built-in service `auth` does; the auth module is behind it. */
export interface AuthServiceDeps {
  readonly desk: () => SessionDesk;
  readonly roleOf: (client: string) => Role;
}

const token = z.string().min(1).max(8192);

const loginSchema = z.strictObject({
  client: z.string().min(1).max(64).describe('Client id'),
  password: z.string().min(1).max(1024),
});
const tokenSchema = z.strictObject({
  grant: z.enum(['validate', 'refresh']),
  token: token
    .optional()
    .describe('refresh: a refresh token; validate: a token, absent = whatever the request was made with'),
});
const logoutSchema = z.strictObject({
  token: token.optional().describe('A token of the session that is to end; by default the one of the request'),
});

const issuedSchema = z.strictObject({
  token: z.string().describe('For Hello and for Authorization: Bearer'),
  token_type: z.literal('Bearer'),
  refresh_token: z.string().describe('Brings the next tokens, once'),
  expires_at: z.iso.datetime().describe('When the token ends'),
  client: z.string(),
  role: z.string(),
});
const claimsSchema = z.strictObject({
  client: z.string(),
  role: z.string(),
  session: z.string().optional(),
  issued_at: z.iso.datetime().optional(),
  expires_at: z.iso.datetime().optional(),
});

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
          return issued(await deps.desk().login(client, password), deps);
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
    return issued(await deps.desk().refresh(body.token), deps);
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
  { client, token: access, expiresAtMs, refreshToken }: IssuedTokens,
  deps: AuthServiceDeps,
): BuiltInReply {
  return json(200, {
    token: access,
    token_type: 'Bearer',
    refresh_token: refreshToken,
    expires_at: iso(expiresAtMs),
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

/** @throws {RequestError} BAD_REQUEST_ERR that names the member, never its value */
function parse<T>(schema: z.ZodType<T>, call: BuiltInCall, action: string): T {
  const { payload } = call.message;
  const parsed = schema.safeParse(payload.byteLength === 0 ? {} : parseJsonPayload(payload));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the body' : `"${issue.path.join('.')}"`;
  throw bad(`Cannot ${action}: ${place}: ${issue?.message ?? 'is not valid'}`);
}
