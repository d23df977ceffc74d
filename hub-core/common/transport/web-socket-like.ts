import type { FrameType } from '../protocol/codec.ts';
import type { CloseReason } from './transport.ts';

/** What a WebSocket tells the transport above it. */
export interface WebSocketListener {
  onFrame(frame: Uint8Array, type: FrameType): void;
  /** A frame sent as `watched` has left, and with it all before it. */
  onSent(): void;
  /** A frame above the socket's own limit began. Nothing more comes; frames can still be sent until this returns. */
  onTooLarge(): void;
  /** Once, last. */
  onClose(reason: CloseReason): void;
}

/** The little that a transport needs of a WebSocket, so that neither `ws` nor the DOM is needed to have one. */
export interface WebSocketLike {
  /** Bytes accepted by `send` and not yet handed to the system. */
  readonly bufferedBytes: number;
  /** Whether `onSent` is ever called. */
  readonly reportsSent: boolean;
  /** Called once, before anything else. */
  listen(listener: WebSocketListener): void;
  send(frame: Uint8Array, type: FrameType, watched: boolean): void;
  /** Does nothing where the platform cannot. */
  setReading(reading: boolean): void;
  close(code: number, text: string): void;
  /** Cuts at once; `onClose` follows, but not before this returns. */
  terminate(): void;
}

/** How a link ended, in the words of {@link CloseReason}: a close frame without a code is a normal end. */
export function closeReason(code: number, text: string): CloseReason {
  return { code: code === 1_005 ? 1_000 : code, text };
}
