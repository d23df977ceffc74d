import { Kind, Method } from '../protocol/message.ts';
import { kindWord, methodWord } from '../protocol/words.ts';

/**
 * Frames of connections as the hub hands them to the traffic store: numbers only, a fixed count of them for each frame, so that noting one
 * costs as little as can be and a batch of them crosses threads as one buffer.
 */
export const FrameField = {
  /** Monotonic ms, as in a batch's exchanges. */
  At: 0,
  /** Place of the connection in the batch's list. */
  Connection: 1,
  /** 0 = to the hub, 1 = from the hub. */
  Direction: 2,
  /** Of the protocol, or one of {@link LinkEvent}. */
  Kind: 3,
  Method: 4,
  /** Of the message; of {@link LinkEvent.Close} the code that the link closed with. */
  Status: 5,
  Flags: 6,
  /** Correlation id as on the wire. */
  Id: 7,
  Bytes: 8,
  /** Number of the exchange that it belongs to, 0 = of none that is known. */
  Exchange: 9,
} as const;

/** Numbers for each frame. */
export const FRAME_FIELDS = 10;

/** What happens to a link itself; no frames of the protocol, and shown among them. */
export const LinkEvent = { Open: 100, Close: 101 } as const;

export type FrameDirection = 'in' | 'out';

export interface FrameBatch {
  /** Ids of the connections that the frames name by their place. */
  readonly connections: readonly string[];
  /** {@link FRAME_FIELDS} numbers for each frame. */
  readonly frames: Float64Array<ArrayBuffer>;
}

const KIND_WORDS: ReadonlyMap<number, string> = new Map<number, string>([
  ...Object.values(Kind).map((kind): [number, string] => [kind, kindWord(kind)]),
  [LinkEvent.Open, 'open'],
  [LinkEvent.Close, 'close'],
]);

/** Every kind of frame, by its word: those of the protocol, `open` and `close`. */
export const FRAME_KINDS: ReadonlyMap<string, number> = new Map(Array.from(KIND_WORDS, ([kind, word]) => [word, kind]));

/** The method of a request, by its word. */
export const FRAME_METHODS: ReadonlyMap<string, number> = new Map(
  Object.values(Method).map((method) => [methodWord(method), method]),
);

export const frameKindWord = (kind: number): string => KIND_WORDS.get(kind) ?? 'invalid';

/** '' for what is no request. */
export const frameMethodWord = (kind: number, method: number): string =>
  kind === Kind.Request ? methodWord(method as Method) : '';
