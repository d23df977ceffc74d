import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { lookup } from 'mime-types';
import type { EncodingWord } from '../client/node/index.ts';
import { CommandError, ExitCode, usageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What `--body` stands for. */
export interface CommandBody {
  readonly body: Uint8Array;
  /** Undefined leaves it to a `content-type` header. */
  readonly encoding: EncodingWord | undefined;
  /** Of a file, by its name. */
  readonly contentType: string | undefined;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** `json` for JSON, `text` for other UTF-8, else `bytes`. */
export function sniffEncoding(bytes: Uint8Array): EncodingWord {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return 'bytes';
    throw error;
  }
  try {
    JSON.parse(text);
    return 'json';
  } catch (error) {
    if (error instanceof SyntaxError) return 'text';
    throw error;
  }
}

/**
 * @param argument TEXT, `@FILE`, or `@-` for stdin
 * @param hasContentType the user said what it is
 * @throws {CommandError} when the file cannot be read
 */
export async function readBody(argument: string, hasContentType: boolean, terminal: Terminal): Promise<CommandBody> {
  if (!argument.startsWith('@')) {
    const body = new TextEncoder().encode(argument);
    return { body, encoding: hasContentType ? undefined : sniffEncoding(body), contentType: undefined };
  }
  const path = argument.slice(1);
  if (path === '') throw usageError('Cannot read the body: "@" needs a file name after it, or "-" for stdin');
  if (path === '-') {
    const body = await buffer(terminal.stdin);
    return { body, encoding: hasContentType ? undefined : sniffEncoding(body), contentType: undefined };
  }
  const body = await readNamed(path);
  const contentType = hasContentType ? undefined : lookup(path) || undefined;
  const isSaid = hasContentType || contentType !== undefined;
  return { body, encoding: isSaid ? undefined : sniffEncoding(body), contentType };
}

async function readNamed(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(ExitCode.Failure, `Cannot read the body from "${path}": ${reason}`, { cause: error });
  }
}
