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
  const encodeObject = (each: object): unknown => {
    if (Array.isArray(each)) return ['array', each.map(encode)];
    if (each instanceof Date) return ['date', each.getTime()];
    if (each instanceof ArrayBuffer) return ['buffer', bytesToText(new Uint8Array(each))];
    if (ArrayBuffer.isView(each)) {
      return ['view', bytesToText(new Uint8Array(each.buffer, each.byteOffset, each.byteLength))];
    }
    if (each instanceof Map) return ['map', [...each].map(([key, item]) => [encode(key), encode(item)])];
    if (each instanceof Set) return ['set', [...each].map(encode)];
    if (each instanceof Error) return ['error', each.name, each.message];
    const entries: [string, unknown][] = Object.entries(each);
    return ['object', entries.map(([key, item]) => [key, encode(item)])];
  };
  function encode(each: unknown): unknown {
    if (each === undefined) return ['undefined'];
    if (typeof each === 'bigint') return ['bigint', String(each)];
    if (typeof each === 'number' && !Number.isFinite(each)) return ['number', String(each)];
    return typeof each === 'object' && each !== null ? encodeObject(each) : each;
  }
  return JSON.stringify(encode(value));
}

/** @param text what {@link encodeClone} made; views of whatever type come back as bytes */
export function decodeClone(text: string): unknown {
  const textToBytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const pairs = (content: unknown): [unknown, unknown][] =>
    (content as [unknown, unknown][]).map(([key, item]) => [key, decode(item)]);
  const kinds: Readonly<Record<string, (content: never, more: never) => unknown>> = {
    undefined: () => undefined,
    bigint: (content: string) => BigInt(content),
    number: Number,
    array: (content: unknown[]) => content.map(decode),
    date: (content: number) => new Date(content),
    buffer: (content: string) => textToBytes(content).buffer,
    view: textToBytes,
    map: (content: unknown) => new Map(pairs(content).map(([key, item]) => [decode(key), item])),
    set: (content: unknown[]) => new Set(content.map(decode)),
    error: (name: string, message: string) =>
      name === 'Error' ? new Error(message) : Object.assign(new Error(message), { name }),
    object: (content: unknown) => Object.fromEntries(pairs(content) as [string, unknown][]),
  };
  function decode(each: unknown): unknown {
    if (!Array.isArray(each)) return each;
    const [kind, content, more] = each as [string, never, never];
    return kinds[kind]?.(content, more);
  }
  return decode(JSON.parse(text));
}
