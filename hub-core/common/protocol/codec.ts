import type { Message, MessageInit } from './message.ts';

/** Whether a transport carries the frame as text (UTF-8) or as bytes. */
export type FrameType = 'binary' | 'text';

/**
 * Frame ↔ message; pure, without state between calls. See docs/protocol.md, section 2.
 */
export interface Codec {
  /** The WebSocket subprotocol that selects it. */
  readonly subprotocol: 'whub.v1.fbs' | 'whub.v1.json';
  readonly frameType: FrameType;
  /**
   * Reads one frame. Allocates no more than the order of the frame's size, whatever its bytes are.
   *
   * @param frame not copied: the message's payload is a view of it
   * @throws {ProtocolError} when the frame is no valid message; nothing else, for any input
   */
  decode(frame: Uint8Array): Message;
  /**
   * Writes one message. The payload is copied once.
   *
   * @throws {RangeError} when a field is out of the wire's range (id above u32, …)
   */
  encode(message: MessageInit): Uint8Array;
  /**
   * Writes `message` with another id and, for a Request, another budget. A binary message is patched in its own buffer
   * (the result IS `message.frame`) unless it lacks the field; the caller may not use the message's old id afterwards.
   *
   * @param timeoutMs undefined leaves the field as it is
   */
  readdress(message: Message, id: number, timeoutMs?: number): Uint8Array;
}
