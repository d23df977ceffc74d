/** HTTP as bytes and as `node:http` sees it, with nothing set, checked or decoded on the way. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own. */
export async function rawHttp(
  port: number,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<RawReply> {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...headers }, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Writes bytes to the port and returns everything that comes back until the hub closes, in whatever way it does. */
export async function rawBytes(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  // `once` of node:events would reject at a reset, and what came before it would be lost.
  socket.on('close', () => resolve());
  socket.write(bytes);
  await promise;
  return Buffer.concat(chunks).toString('latin1');
}

/** The head of a WebSocket upgrade. */
export function upgradeHead(
  port: number,
  options: { path?: string; headers?: Readonly<Record<string, string>> } = {},
): string {
  const headers = {
    host: `127.0.0.1:${String(port)}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...options.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `GET ${options.path ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

export function statusOf(reply: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 0);
}
