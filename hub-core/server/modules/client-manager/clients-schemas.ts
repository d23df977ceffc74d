import { z } from 'zod';

const password = z.string().min(1).max(1024).describe('8 to 256 characters');
/** Each request to a service may have to be held against all of them. */
const globs = (): z.ZodArray<z.ZodString> => z.array(z.string()).max(1_000);
const time = z.iso.datetime();

export const signupSchema = z.strictObject({
  client: z.string().min(1).max(64).describe('Client id'),
  password,
});

export const putSchema = z.strictObject({
  may_call: globs().optional().describe('Patterns of service ids; by managers only'),
  may_provide: globs().optional().describe('Patterns of service ids; by managers only'),
  password: password.nullable().optional().describe('null takes it away; sessions opened with the one before end'),
});

/** A new key is of the hub's making: there is nothing to say about it. */
export const newCredentialSchema = z.strictObject({});

const credentialSchema = z.strictObject({
  id: z.string(),
  prefix: z.string().describe('First characters of the key'),
  created: time,
  last_used: time.nullable(),
  revoked: time.nullable(),
});

export const clientSchema = z.strictObject({
  client: z.string(),
  role: z.enum(['client', 'provider', 'manager', 'root']),
  may_call: z.array(z.string()),
  may_provide: z.array(z.string()),
  created: time,
  last_used: time.nullable(),
  revoked: time.nullable(),
  connections: z.int(),
  credentials: z.array(credentialSchema),
  key: z.string().optional().describe('Of a client that was just registered; shown this once'),
});

export const clientListSchema = z.strictObject({ clients: z.array(clientSchema) });
export const credentialListSchema = z.strictObject({ credentials: z.array(credentialSchema) });
export const issuedSchema = z.strictObject({ client: z.string(), credential: z.string(), key: z.string() });

export const connectionListSchema = z.strictObject({
  connections: z.array(
    z.strictObject({
      id: z.string(),
      state: z.string(),
      agent: z.string(),
      transport: z.string(),
      subprotocol: z.string(),
      remote_address: z.string(),
      connected: time,
      messages_in: z.int(),
      messages_out: z.int(),
      bytes_in: z.int(),
      bytes_out: z.int(),
      in_flight: z.int(),
      services: z.array(z.string()),
    }),
  ),
});
