import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { usageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** A password that is longer is none: a whole file went into the pipe by mistake. */
const MAX_BYTES = 4_096;

/**
 * Gets a password without showing it: its first line from stdin, or typed twice at the terminal.
 *
 * @throws {CommandError} when there is no terminal to ask at, or the two are not the same
 */
export async function readPassword(terminal: Terminal, options: { readonly stdin: boolean }): Promise<string> {
  if (options.stdin) return fromPipe(terminal);
  if (!('isTTY' in terminal.stdin) || terminal.stdin.isTTY !== true) {
    throw usageError('Cannot ask for the password: there is no terminal; pass it on stdin with --stdin');
  }
  const first = await ask(terminal, 'password: ');
  if (first === (await ask(terminal, 'once more: '))) return first;
  throw usageError('Cannot use the password: the two are not the same; try again');
}

async function fromPipe({ stdin }: Terminal): Promise<string> {
  const [line = ''] = (await text(stdin)).split(/\r?\n/, 1);
  if (Buffer.byteLength(line) <= MAX_BYTES) return line;
  throw usageError(`Cannot use the password: the first line of stdin is longer than ${String(MAX_BYTES)} bytes`);
}

/** What is typed goes nowhere. */
const silence = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

async function ask({ stdin, stderr, interrupted }: Terminal, prompt: string): Promise<string> {
  stderr.write(prompt);
  const reader = createInterface({ input: stdin, output: silence(), terminal: true });
  const answer = Promise.withResolvers<string>();
  const giveUp = (): void => answer.reject(interrupted.reason);
  reader.once('line', answer.resolve);
  reader.once('close', () => answer.reject(usageError('Cannot go on without a password')));
  interrupted.addEventListener('abort', giveUp, { once: true });
  try {
    return await answer.promise;
  } finally {
    interrupted.removeEventListener('abort', giveUp);
    reader.close();
    stderr.write('\n');
  }
}
