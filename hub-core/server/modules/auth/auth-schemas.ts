import { z } from 'zod';

const token = z.string().min(1).max(8192);

export const loginSchema = z.strictObject({
  client: z.string().min(1).max(64).describe('Client id'),
  password: z.string().min(1).max(1024),
});
export const tokenSchema = z.strictObject({
  grant: z.enum(['validate', 'refresh']),
  token: token
    .optional()
    .describe('refresh: a refresh token; validate: a token, absent = whatever the request was made with'),
});
export const logoutSchema = z.strictObject({
  token: token.optional().describe('A token of the session that is to end; by default the one of the request'),
});

/** What a login or a refresh gives. */
export const issuedSchema = z.strictObject({
  token: z.string().describe('For Hello and for Authorization: Bearer'),
  token_type: z.literal('Bearer'),
  refresh_token: z.string().describe('Brings the next tokens, once'),
  expires_at: z.iso.datetime().describe('When the token ends'),
  expires_in: z.int().nonnegative().describe('Seconds until then, for clocks that differ'),
  client: z.string(),
  role: z.string(),
});
/** What `validate` says. */
export const claimsSchema = z.strictObject({
  client: z.string(),
  role: z.string(),
  session: z.string().optional(),
  issued_at: z.iso.datetime().optional(),
  expires_at: z.iso.datetime().optional(),
});
