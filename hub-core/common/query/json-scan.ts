import type { JsonPath, JsonStep } from './json-path.ts';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What lies deeper is passed over: the stack of whoever reads hostile bodies is finite. */
const MAX_DEPTH = 512;

/** Called with the bytes of a value at the path. @returns true to end the scan */
export type VisitValue = (start: number, end: number) => boolean;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

interface Step {
  readonly within: boolean;
  readonly name: string | undefined;
  readonly nameBytes: Uint8Array | undefined;
  readonly index: number | undefined;
}

function compiled({ within, name, index }: JsonStep): Step {
  return { within, name, nameBytes: name === undefined ? undefined : new TextEncoder().encode(name), index };
}

/**
 * Finds the values at a path in a JSON text without parsing it: no value is converted, nothing is built, and what the path
 * does not lead to is passed over. It does not check the text; of one that is cut off it finds what is there.
 */
export class JsonScanner {
  readonly #steps: readonly Step[];
  readonly #all: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #visit: VisitValue = () => true;
  #stopped = false;

  constructor(path: JsonPath) {
    this.#steps = path.steps.map(compiled);
    this.#all = 1 << path.steps.length;
  }

  /** Calls `visit` with each value at the path, in the order of their ends: those within another before it. */
  scan(bytes: Uint8Array, visit: VisitValue): void {
    this.#bytes = bytes;
    this.#visit = visit;
    this.#stopped = false;
    this.#value(this.#skipSpace(0), 1, 0);
    this.#bytes = new Uint8Array(0);
  }

  /**
   * @param states bit i: the first i steps of the path lead here
   * @returns where the value ends; the length of the bytes when they end before, or are no JSON
   */
  #value(start: number, states: number, depth: number): number {
    const open = this.#bytes[start];
    if (open === undefined) return this.#bytes.length;
    const leadsOn = (states & ~this.#all) !== 0 && depth < MAX_DEPTH;
    let end: number;
    if (leadsOn && open === OPEN_OBJECT) end = this.#object(start + 1, states, depth);
    else if (leadsOn && open === OPEN_ARRAY) end = this.#array(start + 1, states, depth);
    else end = this.#skip(start);
    if (!this.#stopped && (states & this.#all) !== 0 && this.#visit(start, end)) this.#stopped = true;
    return end;
  }

  #object(start: number, states: number, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#skipSpace(start);
    while (!this.#stopped && bytes[at] === QUOTE) {
      const [keyStart, keyEnd] = [at, this.#skip(at)];
      const colon = this.#skipSpace(keyEnd);
      if (bytes[colon] !== COLON) return bytes.length;
      const next = this.#nextOfKey(states, keyStart, keyEnd);
      at = this.#member(colon + 1, next, depth);
      if (bytes[at] === COMMA) at = this.#skipSpace(at + 1);
    }
    return bytes[at] === CLOSE_OBJECT ? at + 1 : bytes.length;
  }

  #array(start: number, states: number, depth: number): number {
    const bytes = this.#bytes;
    let [at, index] = [this.#skipSpace(start), 0];
    while (!this.#stopped && at < bytes.length && bytes[at] !== CLOSE_ARRAY) {
      const next = this.#nextOfIndex(states, index);
      const end = this.#member(at, next, depth);
      if (bytes[end] === COMMA) at = this.#skipSpace(end + 1);
      else if (bytes[end] === CLOSE_ARRAY) at = end;
      else return bytes.length;
      index += 1;
    }
    return bytes[at] === CLOSE_ARRAY ? at + 1 : bytes.length;
  }

  /** @returns the place of what follows the value */
  #member(start: number, states: number, depth: number): number {
    const at = this.#skipSpace(start);
    return this.#skipSpace(states === 0 ? this.#skip(at) : this.#value(at, states, depth + 1));
  }

  // Plain loops without a closure: these run for each key of each body of a search.

  #nextOfKey(states: number, start: number, end: number): number {
    let next = 0;
    for (let place = 0; place < this.#steps.length; place += 1) {
      const step = this.#steps[place];
      if ((states & (1 << place)) === 0 || step === undefined) continue;
      if (step.within) next |= 1 << place;
      if (step.index === undefined && this.#isKey(step, start, end)) next |= 1 << (place + 1);
    }
    return next;
  }

  #nextOfIndex(states: number, index: number): number {
    let next = 0;
    for (let place = 0; place < this.#steps.length; place += 1) {
      const step = this.#steps[place];
      if ((states & (1 << place)) === 0 || step === undefined) continue;
      if (step.within) next |= 1 << place;
      if (step.name === undefined && (step.index ?? index) === index) next |= 1 << (place + 1);
    }
    return next;
  }

  /** @param start of the key's opening quote */
  #isKey({ name, nameBytes }: Step, start: number, end: number): boolean {
    if (name === undefined || nameBytes === undefined) return true;
    const bytes = this.#bytes;
    const length = end - start - 2;
    let at = 0;
    while (at < length && at < nameBytes.length && bytes[start + 1 + at] === nameBytes[at]) at += 1;
    if (at === length && at === nameBytes.length) return true;
    // Only an escaped key can be the same in other bytes.
    return bytes.subarray(start + 1, end).includes(BACKSLASH) && jsonString(bytes.subarray(start, end)) === name;
  }

  #skipSpace(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < bytes.length && isSpace(bytes[at] ?? 0)) at += 1;
    return at;
  }

  #skip(start: number): number {
    const first = this.#bytes[start];
    if (first === QUOTE) return this.#skipString(start);
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return this.#skipContainer(start);
    return this.#skipScalar(start);
  }

  #skipString(start: number): number {
    const bytes = this.#bytes;
    for (let at = start + 1; at < bytes.length; at += 1) {
      if (bytes[at] === BACKSLASH) at += 1;
      else if (bytes[at] === QUOTE) return at + 1;
    }
    return bytes.length;
  }

  #skipContainer(start: number): number {
    const bytes = this.#bytes;
    let [at, depth] = [start, 0];
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = this.#skipString(at);
        continue;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
      at += 1;
      if (depth === 0) return at;
    }
    return bytes.length;
  }

  #skipScalar(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (isSpace(byte) || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || byte === COLON) break;
    }
    return at;
  }
}

/** The text of a JSON string; undefined for bytes that are none. */
export function jsonString(bytes: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // cut off, or no JSON: no such string
  }
}
