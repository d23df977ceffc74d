import type { Message } from '../common/protocol/message.ts';
import { Body } from './body.ts';

/** A message that nobody answers. */
export class Notice extends Body {
  /** `/message/<topic>`, `/services/events`. */
  readonly topic: string;
  /** Client id of the sender, checked by the hub; empty when it is the hub. */
  readonly from: string;

  /** @internal */
  constructor(message: Message) {
    super(message.encoding, message.payload);
    this.topic = message.uri ?? '';
    this.from = message.from ?? '';
  }
}
