import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { lookup } from 'mime-types';
import type { ByteStream, EncodingWord } from '../client/node/index.ts';
import { CommandError, ExitCode, usageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What `--body` stands for. */
export interface CommandBody {
  readonly body: Uint8Array | ByteStream;
  /** Undefined leaves it to a `content-type` header. */
  readonly encoding: EncodingWord | undefined;
  /** Of a file, by its name. */
  readonly contentType: string | undefined;
}

/** A longer body is sent as a stream. What is shorter can be looked into, and sent again. */
const MAX_WHOLE_BYTES = 1 << 20;

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
    return described(new TextEncoder().encode(argument), hasContentType, undefined);
  }
  const path = argument.slice(1);
  if (path === '') throw usageError('Cannot read the body: "@" needs a file name after it, or "-" for stdin');
  if (path === '-') return described(await wholeOrStream(terminal.stdin), hasContentType, undefined);
  const file = await opened(path);
  const contentType = hasContentType ? undefined : lookup(path) || undefined;
  try {
    return described(await wholeOrStream(file.createReadStream()), hasContentType, contentType);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A stream cannot be looked into: without a type it is bytes. */
function described(
  body: Uint8Array | ByteStream,
  hasContentType: boolean,
  contentType: string | undefined,
): CommandBody {
  const isSaid = hasContentType || contentType !== undefined;
  const sniffed = body instanceof Uint8Array ? sniffEncoding(body) : 'bytes';
  return { body, encoding: isSaid ? undefined : sniffed, contentType };
}

/** All of it when it ends soon, else what was read so far and the rest as it comes: also of a pipe whose end is unknown. */
async function wholeOrStream(readable: Readable): Promise<Uint8Array | ByteStream> {
  const chunks = readable[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const begun: Buffer[] = [];
  let length = 0;
  while (length <= MAX_WHOLE_BYTES) {
    const next = await chunks.next();
    if (next.done === true) return Buffer.concat(begun);
    begun.push(next.value);
    length += next.value.length;
  }
  return resumed(begun, readable, chunks);
}

async function* resumed(
  begun: readonly Buffer[],
  readable: Readable,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* begun;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    readable.destroy();
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandError(ExitCode.Failure, `Cannot read the body from "${path}": ${reason}`, { cause: error });
}
