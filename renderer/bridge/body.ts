export type BodyPart = 'request' | 'reply';

/** Where a stored body can be read from the page's own origin: an HTTP route in a browser, the app's scheme on the desktop. */
export const bodyUrl = (seq: number, part: BodyPart): string => `/console/body/${seq}/${part}`;

interface ByteRange {
  readonly offset: number;
  readonly length: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads bytes of a captured body.
 *
 * @returns fewer bytes than asked for where the stored body ends before
 * @throws {Error} when the row is no longer stored or the hub is out of reach
 */
export async function readBody(
  seq: number,
  part: BodyPart,
  { offset, length, signal }: ByteRange,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length <= 0) return new Uint8Array();
  const response = await fetch(bodyUrl(seq, part), {
    headers: { range: `bytes=${offset}-${offset + length - 1}` },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 404) throw new Error(`Cannot read the ${part} body of row ${seq}: it is no longer stored`);
  if (!response.ok) throw new Error(`Cannot read the ${part} body of row ${seq}: the hub answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Whoever does not know ranges answers with everything.
  return response.status === 206 ? bytes : bytes.slice(offset, offset + length);
}
