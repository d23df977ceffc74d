/**
 * Passes a body on that has to be as long as it was said: a target would take what is too much for the next request.
 *
 * @throws {RangeError} when it is longer or shorter
 */
export async function* exactLength(
  body: ReadableStream<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = length;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0)
      throw new RangeError(`Cannot pass the body on: it is longer than the ${String(length)} bytes it was to have`);
    yield chunk;
  }
  if (left > 0)
    throw new RangeError(`Cannot pass the body on: it ended ${String(left)} bytes short of what it was to have`);
}
