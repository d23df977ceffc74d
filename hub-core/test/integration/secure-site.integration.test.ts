import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { httpService } from '../../cli/providers/http-service.ts';
import { HubClient } from '../../client/node/index.ts';
import { TestAuthority, writeCertificate } from '../support/certificates.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { startTestHub } from '../support/test-hub.ts';

it('[HG11, HX2] a WebSocket of a site passes over TLS, and the site is told so', async () => {
  const authority = await TestAuthority.create();
  await using folder = await createTempFolder();
  const tls = writeCertificate(folder.path, await authority.server(), authority.ca);
  await using stage = await startTestHub({ tls });
  const key = stage.addClient('cat');
  const site = createServer().listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server: site });
  const asked = once(sockets, 'connection') as Promise<[WebSocket, IncomingMessage]>;
  await once(site, 'listening');
  const { port } = site.address() as AddressInfo;
  await using dog = await HubClient.connect({
    url: `ws://127.0.0.1:${String(stage.port)}`,
    key: stage.addClient('dog'),
    reconnect: false,
  });
  await using provision = await dog.provide(
    httpService({ id: 'web', target: new URL(`http://127.0.0.1:${String(port)}`) }),
  );
  const client = new WebSocket(`wss://localhost:${String(stage.port)}/web/`, {
    ca: authority.ca,
    headers: { authorization: `Bearer ${key}`, origin: `https://localhost:${String(stage.port)}` },
  });
  const [socket, { headers }] = await asked;
  socket.send('hello');
  const [message] = (await once(client, 'message')) as [Buffer];
  const proto = headers['x-forwarded-proto'];
  expect([message.toString(), proto, headers['x-forwarded-host']]).toEqual([
    'hello',
    'https',
    `localhost:${String(stage.port)}`,
  ]);
  client.close();
  await once(socket, 'close');
  await provision.drain();
  site.close();
});
