import { HubClient } from 'whub/client';

const { WHUB_URL: url = 'ws://127.0.0.1:7410', WHUB_KEY: key } = process.env;
await using hub = await HubClient.connect({ url, key });

await using _math = await hub.provide({
  id: 'math',
  routes: [{ pattern: '/square/:n', methods: ['GET'], handler: ({ params }) => ({ json: Number(params.n) ** 2 }) }],
});

const reply = await hub.request({ method: 'GET', uri: '/math/square/12' });
console.log(reply.status, reply.json());
