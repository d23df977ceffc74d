import { z } from 'zod';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import type { Principal } from '../relay.ts';
import type { AccessLimits, HubIdentity } from './access-limits.ts';
import type { Credential } from './authenticator.ts';

/** Members that a later version adds are passed over, so that newer clients can still say Hello to this hub. */
const helloSchema = z.object({
  client: z.string().min(1).max(64).nullish(),
  key: z.string().min(1).max(256).nullish(),
  token: z.string().min(1).max(8192).nullish(),
  agent: z.string().max(128).nullish(),
  resume: z.null().optional(),
});

export interface Hello {
  readonly credential: Credential | undefined;
  /** `name/version` for people, without control characters; '' when the client gives none. */
  readonly agent: string;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

/**
 * Reads a Hello. What it says about a credential wins over what the HTTP upgrade carried.
 *
 * @param upgrade the credential of the upgrade, if there was one
 * @throws {ProtocolError} when the payload is no valid Hello
 */
export function parseHello(message: Message, upgrade: Credential | undefined): Hello {
  if (message.encoding !== Encoding.Json) throw new ProtocolError('Cannot read Hello: its payload must be JSON');
  const parsed = helloSchema.safeParse(parseJsonPayload(message.payload));
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    throw new ProtocolError(
      `Cannot read Hello: ${fault === undefined ? 'invalid' : `"${fault.path.join('.')}": ${fault.message}`}`,
    );
  }
  const { client, key, token, agent } = parsed.data;
  if (typeof key === 'string' && typeof token === 'string') {
    throw new ProtocolError('Cannot read Hello: it has a key and a token; send one of them');
  }
  const secret = typeof key === 'string' ? { key } : typeof token === 'string' ? { token } : upgrade;
  const credential = typeof client === 'string' ? { ...secret, client } : secret;
  return { credential, agent: printable(agent ?? '') };
}

/** Most bytes of one message, 0 = no limit. */
function smaller(limitBytes: number, linkBytes: number | undefined): number {
  if (linkBytes === undefined) return limitBytes;
  return limitBytes === 0 ? linkBytes : Math.min(limitBytes, linkBytes);
}

/** The hub's answer to a Hello whose credential holds. `maxFrameBytes`: of the link itself, when it has a limit. */
export function welcome(
  session: string,
  principal: Principal,
  about: { hub: HubIdentity; limits: AccessLimits; maxFrameBytes?: number | undefined },
): MessageInit {
  const { hub, limits } = about;
  return {
    kind: Kind.Welcome,
    encoding: Encoding.Json,
    payload: jsonPayload({
      session,
      client: principal.clientId,
      role: principal.role,
      hub: { id: hub.id, name: hub.name, version: hub.version },
      limits: {
        max_frame_bytes: smaller(limits.maxFrameBytes, about.maxFrameBytes),
        max_in_flight: limits.maxInFlightPerConnection,
        credit_bytes: limits.creditBytes,
        default_timeout_ms: limits.defaultTimeoutMs,
        max_timeout_ms: limits.maxTimeoutMs,
      },
      heartbeat_ms: limits.heartbeatMs,
    }),
  };
}
