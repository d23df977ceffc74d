import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readHubFile } from './hub-file.ts';

/** A Unix socket's path must fit into a fixed field of the system, 104 bytes on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;
const MAX_REQUEST_BYTES = 1024;
const ANSWER_WITHIN_MS = 10_000;

const requestSchema = z.strictObject({ secret: z.string(), command: z.enum(['stop', 'console-link', 'refresh']) });
const answerSchema = z.object({ consoleUrl: z.string().optional() });

export interface ControlCommands {
  /** Begins to stop the hub; does not wait for it. */
  stop(): void;
  consoleUrl(): string;
  /** Reads what other programs changed in the data folder; resolves when it holds. */
  refresh(): Promise<void>;
}

/** Where a hub on that data folder is told what to do: works on systems without signals too. */
export interface ControlServer extends AsyncDisposable {
  readonly path: string;
  readonly secret: string;
}

function controlPath(dataDir: string): string {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return String.raw`\\.\pipe\whub-${name}`;
  const beside = join(resolve(dataDir), 'control.sock');
  return Buffer.byteLength(beside) <= MAX_SOCKET_PATH_BYTES ? beside : join(tmpdir(), `whub-${name}.sock`);
}

/** Reads one line: the other side keeps its half open for the answer. */
async function readLine(socket: Socket): Promise<string> {
  let line = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    line += String(chunk);
    if (line.includes('\n') || line.length > MAX_REQUEST_BYTES) break;
  }
  return line;
}

async function answer(socket: Socket, secret: string, commands: ControlCommands): Promise<void> {
  const request = requestSchema.parse(JSON.parse(await readLine(socket)));
  const [given, wanted] = [Buffer.from(request.secret), Buffer.from(secret)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    socket.destroy();
    return;
  }
  if (request.command === 'stop') {
    socket.end('{}\n', () => commands.stop());
    return;
  }
  if (request.command === 'refresh') {
    await commands.refresh();
    socket.end('{}\n');
    return;
  }
  socket.end(`${JSON.stringify({ consoleUrl: commands.consoleUrl() })}\n`);
}

/** Listens on a socket that only this user can open; the secret in hub.json keeps others out where files have no modes. */
export async function startControlServer(dataDir: string, commands: ControlCommands): Promise<ControlServer> {
  const path = controlPath(dataDir);
  const secret = randomBytes(32).toString('base64url');
  // A socket that a dead process left would keep the address taken. The data folder's lock is held: nobody else uses it.
  if (process.platform !== 'win32') await rm(path, { force: true });
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    answer(socket, secret, commands).catch(() => socket.destroy()); // said nothing that can be answered
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(path, listening);
  });
  if (process.platform !== 'win32') await chmod(path, 0o600);
  // The hub's port keeps the process alive; this must not.
  server.unref();
  return {
    path,
    secret,
    [Symbol.asyncDispose]: () => new Promise((resolvePromise) => server.close(() => resolvePromise())),
  };
}

/** @returns undefined when no hub on that folder answers */
async function ask(dataDir: string, command: z.infer<typeof requestSchema>['command']) {
  const file = await readHubFile(dataDir);
  if (file === undefined) return undefined;
  const socket = createConnection(file.control.path);
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('The hub does not answer')));
  try {
    socket.write(`${JSON.stringify({ secret: file.control.secret, command })}\n`);
    return answerSchema.parse(JSON.parse(await text(socket)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw error;
  } finally {
    socket.destroy();
  }
}

/**
 * Tells the hub that uses `dataDir` to stop. It drains first; wait for {@link readHubFile} to find none to see it gone.
 *
 * @returns false when none runs there
 */
export async function requestStop(dataDir: string): Promise<boolean> {
  return (await ask(dataDir, 'stop')) !== undefined;
}

/** @returns a link that opens the console of the hub that uses `dataDir`; undefined when none runs there */
export async function newConsoleLink(dataDir: string): Promise<string | undefined> {
  return (await ask(dataDir, 'console-link'))?.consoleUrl;
}

/**
 * Has the hub that uses `dataDir` take up at once what was changed there; without one there is nothing to do. One that does
 * not answer finds out by itself soon.
 */
export async function requestRefresh(dataDir: string): Promise<void> {
  try {
    await ask(dataDir, 'refresh');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
