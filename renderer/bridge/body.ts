/** A stored body, or its first part. */
export interface StoredBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes in the store; more than `bytes` when only a part was asked for. */
  readonly storedBytes: number;
}

/**
 * Reads a captured body from the page's own origin: an HTTP route in a browser, the app's scheme on the desktop.
 *
 * @param maxBytes reads at most that many from the start
 * @throws {Error} when the row is no longer stored or the hub is out of reach
 */
export async function readBody(
  seq: number,
  part: 'request' | 'reply',
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal },
): Promise<StoredBody> {
  if (maxBytes <= 0) return { bytes: new Uint8Array(), storedBytes: 0 };
  const response = await fetch(`/console/body/${seq}/${part}`, {
    headers: { range: `bytes=0-${maxBytes - 1}` },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 404) throw new Error(`Cannot read the ${part} body of row ${seq}: it is no longer stored`);
  if (!response.ok) throw new Error(`Cannot read the ${part} body of row ${seq}: the hub answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  return { bytes, storedBytes: total === undefined ? bytes.length : Number(total) };
}
