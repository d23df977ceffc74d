import { FRAME_WORDS } from '../traffic/frames.ts';
import type { NumberField, TextField } from './query.ts';
import { TRAIT_WORDS, type TraitKey } from './traits.ts';

/** How the values after a key are read. */
export type KeyType = 'text' | 'number' | 'duration' | 'size' | 'status' | 'time' | 'age' | 'trait' | 'json' | 'body';

interface KeyOf<Name extends string, Type extends KeyType> {
  readonly key: Name;
  readonly type: Type;
  /** What it looks at, in a few words. */
  readonly about: string;
  /** Values that are always offered. */
  readonly words: readonly string[];
}

export type QueryKey =
  | KeyOf<TextField, 'text'>
  | KeyOf<NumberField, 'number' | 'duration' | 'size'>
  | KeyOf<TraitKey, 'trait'>
  | KeyOf<'status', 'status'>
  | KeyOf<'after' | 'before', 'time'>
  | KeyOf<'last', 'age'>
  | KeyOf<'json', 'json'>
  | KeyOf<'body', 'body'>;

const text = (key: TextField, about: string): QueryKey => ({ key, type: 'text', about, words: [] });
const trait = (key: TraitKey, about: string): QueryKey => ({ key, type: 'trait', about, words: TRAIT_WORDS[key] });

/** Every key, in the order in which they are offered. */
export const QUERY_KEYS: readonly QueryKey[] = [
  text('service', 'first part of the path'),
  text('route', 'path, without its query'),
  { ...text('method', 'method'), words: ['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] },
  text('from', 'client that asked'),
  text('to', 'client or channel that answered'),
  text('conn', 'connection at either end'),
  {
    ...text('transport', "what the caller's connection runs over"),
    words: ['websocket', 'tcp', 'tls', 'udp', 'webrtc', 'http', 'console'],
  },
  text('provider', 'channel that answered'),
  trait('kind', 'kind of exchange'),
  trait('dir', 'into the hub, or out of its console'),
  { key: 'status', type: 'status', about: 'status', words: ['error', 'ok', 'pending', '2xx', '4xx', '5xx'] },
  { key: 'code', type: 'number', about: 'status as a number', words: [] },
  text('error', 'name of the error'),
  { key: 'id', type: 'number', about: 'number of the row', words: [] },
  { key: 'corr', type: 'number', about: "caller's id of the request", words: [] },
  text('tag', 'tag that you gave'),
  { key: 'mark', type: 'number', about: 'mark that you gave, 1 to 6', words: ['1', '2', '3', '4', '5', '6'] },
  { key: 'dur', type: 'duration', about: 'time from arrival to answer', words: [] },
  { key: 'queue', type: 'duration', about: 'time it waited for a provider', words: [] },
  { key: 'size', type: 'size', about: 'both bodies', words: [] },
  { key: 'req.size', type: 'size', about: "request's body", words: [] },
  { key: 'rep.size', type: 'size', about: "reply's body", words: [] },
  { key: 'attempt', type: 'number', about: 'providers that were tried', words: [] },
  text('rule', 'rule that matched it'),
  { ...text('frame', 'kind of frame, in the list of frames'), words: FRAME_WORDS },
  { key: 'after', type: 'time', about: 'arrived at that time or later', words: [] },
  { key: 'before', type: 'time', about: 'arrived before that time', words: [] },
  { key: 'last', type: 'age', about: 'arrived within that time', words: ['1m', '5m', '15m', '1h'] },
  trait('is', 'what became of it'),
  trait('has', 'what it has'),
  { key: 'json', type: 'json', about: 'value in a JSON body, as in json:$.order.id=7', words: [] },
  { key: 'body', type: 'body', about: 'text in a body', words: [] },
];

const BY_NAME: ReadonlyMap<string, QueryKey> = new Map(QUERY_KEYS.map((key) => [key.key, key]));

/** @param name in any case */
export function findKey(name: string): QueryKey | undefined {
  return BY_NAME.get(name.toLowerCase());
}
