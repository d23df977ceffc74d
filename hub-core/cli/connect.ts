import { HubClient, type ConnectOptions } from '../client/node/index.ts';
import { resolveTarget, type ConnectFlags } from './credentials.ts';
import type { Terminal } from './terminal.ts';

/** Connects as the flags, the environment, the context or the data folder say; an interruption ends the attempt. */
export async function connect(
  flags: ConnectFlags,
  terminal: Terminal,
  options: Partial<ConnectOptions> = {},
): Promise<HubClient> {
  const target = await resolveTarget(flags, terminal);
  return HubClient.connect({ ...target, agent: 'whub-cli', signal: terminal.interrupted, ...options });
}
