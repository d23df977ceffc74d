import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { HubClient } from '../client/node/index.ts';
import type { HubContract } from '../console/contract/hub-contract.ts';
import type { HubHost, HubHostReady } from './hub-host.ts';

const SERVICE = 'selftest';

/** Every way in that needs no certificate: a scheme of the SDK, and how messages are written. */
const WAYS = [
  ['ws', 'whub.v1.fbs'],
  ['ws', 'whub.v1.json'],
  ['http', undefined],
  ['tcp', undefined],
  ['udp', undefined],
  ['rtc+http', undefined],
] as const;

/** Registers a client for the test, as a person does in the console. @returns its key */
async function registerClient(host: HubHost): Promise<string> {
  const port = host.connectConsole('hub');
  port.start();
  try {
    const hub: ContractRouterClient<HubContract> = createORPCClient(new RPCLink({ port }));
    const { key } = await hub.clients.register({ client: SERVICE, mayCall: [SERVICE], mayProvide: [SERVICE] });
    return key;
  } finally {
    port.close();
  }
}

function check(what: string, answer: string, wanted: string): string {
  if (answer !== wanted) throw new Error(`Cannot pass the self-test: ${what} answered "${answer}", not "${wanted}"`);
  return `${what}: answered`;
}

/**
 * Makes one call over every transport of a running hub, to a service of its own, and looks at the answers.
 *
 * @returns a line for each transport
 * @throws {Error} for the first that does not work
 */
export async function selfTest(host: HubHost, { url }: HubHostReady): Promise<readonly string[]> {
  const key = await registerClient(host);
  await using provider = await HubClient.connect({ url, key, agent: 'whub-selftest' });
  await using _service = await provider.provide({
    id: SERVICE,
    routes: [{ pattern: '/echo/:text', methods: ['GET'], handler: ({ params }) => ({ json: params['text'] }) }],
  });
  const lines: string[] = [];
  const at = new URL(url).host;
  for (const [scheme, subprotocol] of WAYS) {
    await using caller = await HubClient.connect({
      url: `${scheme}://${at}`,
      key,
      subprotocol,
      agent: 'whub-selftest',
    });
    const reply = await caller.request({ method: 'GET', uri: `/${SERVICE}/echo/${scheme}`, idempotent: true });
    lines.push(check([scheme, subprotocol].join(' ').trim(), String(reply.json()), scheme));
  }
  return lines;
}
