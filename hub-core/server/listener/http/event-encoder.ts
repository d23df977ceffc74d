import { TextDecoder } from 'node:util';
import { Encoding } from '../../../common/protocol/message.ts';

export const EVENT_STREAM = 'text/event-stream';
const TEXTS: ReadonlySet<Encoding> = new Set([Encoding.Json, Encoding.Text]);
const LINE_END = /\r\n|\r|\n/;

/** True for a client that asks for server-sent events. */
export function wantsEvents(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((each) => each.split(';', 1)[0]?.trim().toLowerCase() === EVENT_STREAM);
}

/** Writes each piece of a stream as a server-sent event: text and JSON as they are, anything else in base64. */
export class EventEncoder {
  readonly #decoder: TextDecoder | undefined;

  constructor(encoding: Encoding) {
    // One for the whole stream: a piece may end in the middle of a character.
    this.#decoder = TEXTS.has(encoding) ? new TextDecoder() : undefined;
  }

  /** @returns the event; '' when the piece has no whole character */
  encode(piece: Uint8Array): string {
    const text =
      this.#decoder === undefined
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('base64')
        : this.#decoder.decode(piece, { stream: true });
    if (text === '') return '';
    return `${text
      .split(LINE_END)
      .map((line) => `data: ${line}\n`)
      .join('')}\n`;
  }
}
