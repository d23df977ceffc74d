/**
 * Structured clones as JSON, for the way between the main process and a page. Both functions stand alone: their source text is
 * evaluated in the page, too.
 */

/** @param value a structured clone: whoever sends has cloned it before, so there is nothing in it that cannot be */
export function encodeClone(value: unknown): string {
  const bytesToText = (bytes: Uint8Array): string => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    return btoa(text);
  };
  const encode = (each: unknown): unknown => {
    if (each === undefined) return ['undefined'];
    if (typeof each === 'bigint') return ['bigint', String(each)];
    if (typeof each === 'number' && !Number.isFinite(each)) return ['number', String(each)];
    if (typeof each !== 'object' || each === null) return each;
    if (Array.isArray(each)) return ['array', each.map(encode)];
    if (each instanceof Date) return ['date', each.getTime()];
    if (each instanceof ArrayBuffer) return ['buffer', bytesToText(new Uint8Array(each))];
    if (ArrayBuffer.isView(each)) {
      const bytes = new Uint8Array(each.buffer, each.byteOffset, each.byteLength);
      return ['view', bytesToText(bytes)];
    }
    if (each instanceof Map) return ['map', [...each].map(([key, item]) => [encode(key), encode(item)])];
    if (each instanceof Set) return ['set', [...each].map(encode)];
    if (each instanceof Error) return ['error', each.name, each.message];
    const entries: [string, unknown][] = Object.entries(each);
    return ['object', entries.map(([key, item]) => [key, encode(item)])];
  };
  return JSON.stringify(encode(value));
}

/** @param text what {@link encodeClone} made; views of whatever type come back as bytes */
export function decodeClone(text: string): unknown {
  const textToBytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const decode = (each: unknown): unknown => {
    if (!Array.isArray(each)) return each;
    const [kind, content, more] = each as [string, never, never];
    const items = (): unknown[] => (content as unknown[]).map(decode);
    const pairs = (): [unknown, unknown][] =>
      (content as [unknown, unknown][]).map(([key, item]) => [key, decode(item)]);
    if (kind === 'undefined') return undefined;
    if (kind === 'bigint') return BigInt(content);
    if (kind === 'number') return Number(content);
    if (kind === 'array') return items();
    if (kind === 'date') return new Date(content);
    if (kind === 'buffer') return textToBytes(content).buffer;
    if (kind === 'view') return textToBytes(content);
    if (kind === 'map') return new Map(pairs().map(([key, item]) => [decode(key), item]));
    if (kind === 'set') return new Set(items());
    if (kind === 'error')
      return content === 'Error' ? new Error(more) : Object.assign(new Error(more), { name: content });
    return Object.fromEntries(pairs() as [string, unknown][]);
  };
  return decode(JSON.parse(text));
}
