import type { Method } from '../common/protocol/message.ts';
import { parseMethod } from '../common/protocol/words.ts';

/** What a request asks for: HTTP's methods, or `CALL` for a plain procedure. */
export type MethodWord = 'CALL' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** Methods that may be sent twice without harm (docs/protocol.md, section 6). */
const IDEMPOTENT: ReadonlySet<MethodWord> = new Set<MethodWord>(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export function isIdempotentMethod(word: MethodWord): boolean {
  return IDEMPOTENT.has(word);
}

/** @throws {TypeError} when there is no such method */
export function methodOf(word: MethodWord): Method {
  const method = parseMethod(word);
  if (method !== undefined) return method;
  throw new TypeError(
    `Cannot use method "${word}": choose CALL, GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, in upper case`,
  );
}
