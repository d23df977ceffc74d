import type { Event } from '../common/base/emitter.ts';
import type { MessageInit } from '../common/protocol/message.ts';

/** What a stream needs of the connection that it runs over. */
export interface StreamLink {
  /** Over its high-water mark: {@link onDidDrain} says when it is not any more. */
  readonly congested: boolean;
  readonly onDidDrain: Event<void>;
  send(message: MessageInit): boolean;
}
