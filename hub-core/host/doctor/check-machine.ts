import { once } from 'node:events';
import { createServer } from 'node:net';
import { readHubFile } from '../hub-file.ts';
import type { Finding } from './finding.ts';

const OLDEST_NODE = 22;

/** @param version as `process.versions.node` says it */
export function checkNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return { check: 'node', level: 'ok', text: version };
  return {
    check: 'node',
    level: 'fail',
    text: `${version} is too old`,
    advice: `install Node ${String(OLDEST_NODE)} or newer`,
  };
}

/** @returns why nobody can listen there now; undefined when it is free */
async function listenFault(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}

/** Whether a hub can have the port. */
export async function checkPort(dataDir: string, port: number): Promise<Finding> {
  const fault = await listenFault(port);
  if (fault === undefined) return { check: 'port', level: 'ok', text: `${String(port)} is free` };
  const own = await readHubFile(dataDir).catch(() => undefined);
  if (own?.port === port) return { check: 'port', level: 'ok', text: `${String(port)} is the running hub's` };
  if (fault === 'EADDRINUSE') {
    return {
      check: 'port',
      level: 'warn',
      text: `${String(port)} is another program's`,
      advice: 'end that program, or choose another port with "whub serve --port"',
    };
  }
  return {
    check: 'port',
    level: 'warn',
    text: `${String(port)} cannot be listened on: ${fault}`,
    advice: 'choose another with "whub serve --port"',
  };
}
