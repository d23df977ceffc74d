import type { Kind, Message } from '../protocol/message.ts';

/** What is done with a message of one kind. `context` is where it came from: a connection on the hub, a link in the SDK. */
export type MessageHandler<Context> = (message: Message, context: Context) => void;

/**
 * Hands each message to the handler of its kind. The hub and the SDK register their own handlers through the same `handle`
 * as everyone else, so anything can be added or replaced at any time.
 *
 * @example
 * const dispatcher = new MessageDispatcher<Connection>();
 * using notices = dispatcher.handle(Kind.Notice, (message, connection) => show(message.uri, connection.id));
 */
export class MessageDispatcher<Context> {
  /** By kind, oldest first. The stacks are replaced, never changed, so a handler may register and dispose while it runs. */
  readonly #stacks: (readonly Entry<Context>[] | undefined)[] = [];
  /** The top of each stack: all that the hot path reads. */
  readonly #top: (MessageHandler<Context> | undefined)[] = [];

  /**
   * Makes `handler` the one that receives messages of `kind` from now on; the last registered wins.
   *
   * @returns a disposable that takes the handler away, which brings back the one registered before it; disposing twice
   * does nothing
   */
  handle(kind: Kind, handler: MessageHandler<Context>): Disposable {
    const entry: Entry<Context> = { handler };
    const others = (): readonly Entry<Context>[] =>
      (this.#stacks[kind] ?? []).filter((candidate) => candidate !== entry);
    this.#replace(kind, [...others(), entry]);
    return { [Symbol.dispose]: () => this.#replace(kind, others()) };
  }

  /**
   * Calls the handler of the message's kind; what it throws is the caller's.
   *
   * @returns false when the kind has no handler
   */
  dispatch(message: Message, context: Context): boolean {
    const handler = this.#top[message.kind];
    if (handler === undefined) return false;
    handler(message, context);
    return true;
  }

  #replace(kind: Kind, stack: readonly Entry<Context>[]): void {
    this.#stacks[kind] = stack;
    this.#top[kind] = stack.at(-1)?.handler;
  }
}

/** An object of its own, so that the same function registered twice is two registrations. */
interface Entry<Context> {
  readonly handler: MessageHandler<Context>;
}
