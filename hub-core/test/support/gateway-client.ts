import { REQUESTS_ONLY, type Carriers } from '../../client/carrier.ts';
import { goodbye, greeting, identityIn } from '../../client/http-hello.ts';
import { HubClient, type Dial } from '../../client/index.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { methodWord } from '../../common/protocol/words.ts';
import { createMemoryTransportPair } from '../../common/transport/memory-transport.ts';
import type { Transport } from '../../common/transport/transport.ts';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);

/** Sends each request as a plain one of HTTP, as a browser or `curl` would, and gives its answer back as a Response. */
class GatewayLink {
  /** Serves that end of a link for as long as it is open. */
  static serve(url: string, link: Transport): void {
    const gateway = new GatewayLink(url, link);
    link.onFrame.subscribe((frame) => gateway.#take(codec.decode(frame)));
    link.onDidClose.subscribe(() => {
      for (const flight of gateway.#flights.values()) flight.abort();
    });
  }

  readonly #url: string;
  readonly #link: Transport;
  readonly #flights = new Map<number, AbortController>();
  #secret = '';

  private constructor(url: string, link: Transport) {
    this.#url = url;
    this.#link = link;
  }

  #take(message: Message): void {
    if (message.kind === Kind.Hello) void this.#greet(message);
    else if (message.kind === Kind.Request) void this.#request(message);
    else if (message.kind === Kind.Cancel) this.#flights.get(message.id)?.abort();
  }

  async #greet(hello: Message): Promise<void> {
    const identity = identityIn(hello);
    this.#secret = identity.secret ?? '';
    const reply = await this.#fetch('/status/info', {});
    const body = await reply.bytes();
    if (reply.status === 200) {
      this.#say(greeting(body, identity));
      return;
    }
    this.#say(goodbye(reply.status, body));
    this.#link.close({ code: 4_000 + reply.status, text: '' });
  }

  async #request(message: Message): Promise<void> {
    const flight = new AbortController();
    this.#flights.set(message.id, flight);
    try {
      this.#say({ ...(await this.#ask(message, flight.signal)), kind: Kind.Response, id: message.id });
    } catch (error) {
      if (!flight.signal.aborted) throw error;
    } finally {
      this.#flights.delete(message.id);
    }
  }

  async #ask(message: Message, signal: AbortSignal): Promise<Omit<MessageInit, 'kind'>> {
    const { uri = '', method, payload, timeoutMs } = message;
    const headers = new Headers(message.headers.map(({ name, value }) => [name, value]));
    if (timeoutMs > 0) headers.set('whub-timeout-ms', String(timeoutMs));
    if (message.encoding === Encoding.Json) headers.set('content-type', 'application/json');
    const body = payload.byteLength === 0 ? null : payload.slice();
    const reply = await this.#fetch(uri, { method: methodWord(method), headers, body, signal });
    const encoding = /json/.test(reply.headers.get('content-type') ?? '') ? Encoding.Json : Encoding.Bytes;
    const back = Array.from(reply.headers, ([name, value]) => ({ name, value }));
    return { status: reply.status, encoding, headers: back, payload: await reply.bytes() };
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.#secret}`);
    return fetch(new URL(path, this.#url), { ...init, headers });
  }

  #say(message: MessageInit): void {
    this.#link.send(codec.encode(message));
  }
}

const dialGateway: Dial = ({ url }) => {
  const [near, far] = createMemoryTransportPair();
  GatewayLink.serve(url, far);
  return Promise.resolve(near);
};

/** The hub's HTTP gateway behind the SDK's interface, so that what the SDK promises can be asked of the gateway. */
export class GatewayClient extends HubClient {
  protected static override readonly carriers: Carriers = {
    'http:': { dial: dialGateway, abilities: REQUESTS_ONLY },
  };
}
