export interface SnippetValues {
  /** `ws://127.0.0.1:7410/` */
  readonly url: string;
  /** `http://127.0.0.1:7410` */
  readonly httpUrl: string;
  readonly client: string;
  readonly apiKey: string;
}

export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const PLAIN = ['ws', 'tcp', 'udp', 'http', 'rtc+http'] as const;
const ENCRYPTED = ['wss', 'tls', 'https', 'rtc+https'] as const;

/** The hub answers all of them at one port; a url's scheme picks one. */
function transportLines({ url, client, apiKey }: SnippetValues): string {
  const [scheme = '', ...rest] = url.split(':');
  const schemes = scheme === 'wss' ? ENCRYPTED : PLAIN;
  const lines = schemes.map((each) => `npm run -s whub -- call GET /status/info --url ${[each, ...rest].join(':')}`);
  return [`export WHUB_CLIENT=${client} WHUB_KEY=${apiKey}`, '', ...lines].join('\n');
}

/** Programs that connect with that key, ready to be pasted. */
export function connectSnippets({ url, httpUrl, client, apiKey: key }: SnippetValues): readonly Snippet[] {
  return [
    {
      id: 'node',
      title: 'Node',
      text: `import { HubClient } from 'whub/client';

const hub = await HubClient.connect({
  url: '${url}',
  client: '${client}',
  key: '${key}',
});

await hub.provide({
  id: 'hello',
  routes: [
    {
      pattern: '/:name',
      methods: ['GET'],
      handler: (request) => ({ json: { hello: request.params.name } }),
    },
  ],
});

const reply = await hub.request({ method: 'GET', uri: '/hello/world' });
console.log(reply.status, reply.json());`,
    },
    {
      id: 'cli',
      title: 'Command line',
      text: `export WHUB_URL=${url} WHUB_CLIENT=${client} WHUB_KEY=${key}

npm run -s whub -- call GET /status/info
npm run -s whub -- provide echo --service echo`,
    },
    {
      id: 'transports',
      title: 'Transports',
      text: transportLines({ url, httpUrl, client, apiKey: key }),
    },
    {
      id: 'curl',
      title: 'curl',
      text: `curl -H 'Authorization: Bearer ${key}' ${httpUrl}/status/info`,
    },
    {
      id: 'websocket',
      title: 'WebSocket',
      text: `const socket = new WebSocket('${url}', 'whub.v1.json');
socket.onmessage = (event) => console.log(event.data);
socket.onopen = () => {
  const hello = { client: '${client}', key: '${key}', agent: 'snippet/1' };
  socket.send(JSON.stringify({ kind: 'hello', payload: hello }));
  socket.send(JSON.stringify({ kind: 'request', id: 1, method: 'get', uri: '/status/info' }));
};`,
    },
  ];
}
