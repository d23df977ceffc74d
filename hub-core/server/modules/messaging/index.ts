import { ANONYMOUS } from '../../../common/base/ids.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import { Encoding, Kind, type MessageInit } from '../../../common/protocol/message.ts';
import type { BuiltInService } from '../../service/built-in.ts';
import { createMessageService, type Letter, type MessageOperations } from './messaging-service.ts';

/** A connection as messages see it. */
export interface Mailbox {
  readonly connectionId: string;
  readonly clientId: string;
  /** It does not read what was written to it. */
  readonly congested: boolean;
  post(message: MessageInit): void;
}

export interface MessagingDeps {
  /** Those that are open. */
  readonly connections: () => readonly Mailbox[];
  readonly connectionsOf: (client: string) => readonly Mailbox[];
  /** Ids of the connections that provide a service. */
  readonly providersOf: (service: string) => ReadonlySet<string>;
}

/** Messages from client to client. They are not kept: who is not there does not get them. */
export interface Messaging extends Module {
  /** The built-in service `message`. */
  readonly service: BuiltInService;
}

export function createMessaging(deps: MessagingDeps): Messaging {
  return new PostOffice(deps);
}

class PostOffice implements Messaging, MessageOperations {
  readonly name = 'messaging';
  readonly dependsOn: readonly string[] = [];
  readonly service: BuiltInService;
  readonly #deps: MessagingDeps;
  #sent = 0;
  #delivered = 0;
  #dropped = 0;

  constructor(deps: MessagingDeps) {
    this.#deps = deps;
    this.service = createMessageService(this);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {}

  health(): ModuleHealth {
    return { state: 'serving', detail: `${String(this.#sent)} messages sent` };
  }

  metrics(): readonly MetricSample[] {
    const counter = (name: string, help: string, value: number): MetricSample => ({
      name,
      help,
      kind: 'counter',
      value,
    });
    return [
      counter('sent_total', 'Messages and broadcasts that were sent', this.#sent),
      counter('delivered_total', 'Connections that messages were written to', this.#delivered),
      counter('dropped_total', 'Connections that were left out because they do not read', this.#dropped),
    ];
  }

  send(to: string, letter: Letter): number | undefined {
    // Nobody can tell those without a name apart, so none of them is meant.
    const mailboxes = to === ANONYMOUS ? [] : this.#deps.connectionsOf(to);
    return mailboxes.length === 0 ? undefined : this.#deliver(letter, mailboxes);
  }

  broadcast(letter: Letter, service: string | undefined): number | undefined {
    const known = this.#deps.connections().filter(({ clientId }) => clientId !== ANONYMOUS);
    if (service === undefined) return this.#deliver(letter, known);
    const providers = this.#deps.providersOf(service);
    if (providers.size === 0) return undefined;
    return this.#deliver(
      letter,
      known.filter(({ connectionId }) => providers.has(connectionId)),
    );
  }

  /** One that does not read would only have more wait for it: it is left out, and not counted as reached. */
  #deliver({ from, topic, payload }: Letter, mailboxes: readonly Mailbox[]): number {
    const notice: MessageInit = { kind: Kind.Notice, uri: `/message/${topic}`, from, encoding: Encoding.Json, payload };
    const reading = mailboxes.filter(({ congested }) => !congested);
    for (const mailbox of reading) mailbox.post(notice);
    this.#sent += 1;
    this.#delivered += reading.length;
    this.#dropped += mailboxes.length - reading.length;
    return reading.length;
  }
}
