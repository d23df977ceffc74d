import { Encoding, Flag, Kind, Method } from './message.ts';

// prettier-ignore
const KIND_WORDS = [
  'invalid', 'hello', 'welcome', 'request', 'response', 'cancel', 'data', 'credit', 'ping', 'pong', 'notice', 'goodbye',
] as const;
const METHOD_WORDS = ['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const ENCODING_WORDS = ['bytes', 'json', 'text', 'flatbuffer', 'messagepack', 'cbor', 'other'] as const;

const KINDS: ReadonlyMap<string, Kind> = new Map(Object.values(Kind).map((kind) => [KIND_WORDS[kind], kind]));
const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.values(Method).map((method) => [METHOD_WORDS[method], method]),
);
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map(
  Object.values(Encoding).map((encoding) => [ENCODING_WORDS[encoding], encoding]),
);

/** The flags by the names of the JSON form, in the order of their bits. */
export const FLAG_WORDS: readonly (readonly [word: string, bit: number])[] = [
  ['stream', Flag.Stream],
  ['end', Flag.End],
  ['one_way', Flag.OneWay],
  ['idempotent', Flag.Idempotent],
];

/** Every bit that has a meaning; the others are reserved and must be 0. */
export const KNOWN_FLAGS: number = Flag.Stream | Flag.End | Flag.OneWay | Flag.Idempotent;

/** `request`, `response`, … as in the JSON form. */
export function kindWord(kind: Kind): string {
  return KIND_WORDS[kind];
}

/** @param word lower case; `invalid` is a kind like any other here */
export function parseKind(word: string): Kind | undefined {
  return KINDS.get(word);
}

/** `GET`, `CALL`, … as people and HTTP write it. */
export function methodWord(method: Method): string {
  return METHOD_WORDS[method];
}

/** @param word upper case */
export function parseMethod(word: string): Method | undefined {
  return METHODS.get(word);
}

/** `json`, `messagepack`, … as in the JSON form. */
export function encodingWord(encoding: Encoding): string {
  return ENCODING_WORDS[encoding];
}

/** @param word lower case */
export function parseEncoding(word: string): Encoding | undefined {
  return ENCODINGS.get(word);
}
