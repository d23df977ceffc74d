/** A provider made with the SDK. Prints `e<n>` when it begins to work on request n, and `ready` whenever it is registered. */
import { writeSync } from 'node:fs';
import { HubClient } from '../../client/node/index.ts';
import { workBody, type ProviderJob } from './jobs.ts';

const { url, key } = JSON.parse(process.argv[2] ?? '') as ProviderJob;
// First: it may wait for a hub for ever.
process.on('disconnect', () => process.exit(0));

const BULK = new Uint8Array(64 << 10);

// Written at once, not when the loop gets to it: what is said before a kill -9 counts.
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function work({ n, waitMs }: { readonly n: number; readonly waitMs: number }): Promise<void> {
  say(`e${String(n)}`);
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

const client = await HubClient.connect({
  url,
  key,
  waitForHub: true,
  reconnect: { baseDelayMs: 50, maxDelayMs: 300 },
});
const provision = await client.provide({
  id: 'work',
  routes: [
    {
      pattern: '/do',
      methods: ['PUT', 'POST'],
      handler: async (request) => {
        const body = workBody(request.json());
        await work(body);
        return { json: body };
      },
    },
    { pattern: '/bulk', methods: ['GET'], handler: () => ({ body: BULK }) },
  ],
});
provision.onDidRegister.subscribe(() => say('ready'));
say('ready');
