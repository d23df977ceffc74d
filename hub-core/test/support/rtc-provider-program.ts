/** A provider over WebRTC in a process of its own, to be killed. */
import { HubClient } from '../../client/node/index.ts';

const { URL: url = '', KEY: key = '' } = process.env;

const client = await HubClient.connect({ url, client: 'tester', key });
await client.provide({
  id: 'vanishing',
  routes: [
    { pattern: '/', handler: () => ({ json: 'here' }) },
    { pattern: '/never', handler: () => new Promise<never>(() => {}) },
  ],
});
process.stdout.write('providing\n');
