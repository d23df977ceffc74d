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

/** Every kind of frame as people write it: those of the protocol, and those of {@link LinkEvent}. */
// prettier-ignore
export const FRAME_WORDS: readonly string[] = [
  'hello', 'welcome', 'request', 'response', 'cancel', 'data', 'credit', 'ping', 'pong', 'notice', 'goodbye', 'open', 'close',
];
