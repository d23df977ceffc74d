import { Kind, Method } from '../common/protocol/message.ts';
import { kindWord, methodWord } from '../common/protocol/words.ts';
import { LinkEvent } from '../common/traffic/frames.ts';

/** Kinds of stored frames by their words: those of the protocol, `open` and `close`. */
export const FRAME_KINDS: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.values(Kind).map((kind): [string, number] => [kindWord(kind), kind]),
  ['open', LinkEvent.Open],
  ['close', LinkEvent.Close],
]);

/** Methods of requests by their words. */
export const FRAME_METHODS: ReadonlyMap<string, number> = new Map(
  Object.values(Method).map((method) => [methodWord(method), method]),
);

const KIND_WORDS: ReadonlyMap<number, string> = new Map(Array.from(FRAME_KINDS, ([word, kind]) => [kind, word]));

export const frameKindWord = (kind: number): string => KIND_WORDS.get(kind) ?? 'invalid';

/** '' for what is no request. */
export const frameMethodWord = (kind: number, method: number): string =>
  kind === Kind.Request ? methodWord(method as Method) : '';
