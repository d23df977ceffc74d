/** A hub with clients on its UDP port and providers on its TCP port. */
import type { HubConfigInput } from '../../server/hub/config.ts';
import { Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { startTestHub, type TestHub } from './test-hub.ts';
import { udpFigures, UdpWireClient } from './udp-wire-client.ts';
import { echo, WireClient } from './wire-client.ts';

export interface Provided {
  /** Number of calls, by uri. */
  readonly calls: ReadonlyMap<string, number>;
  readonly link: WireClient;
}

export class UdpStage implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly test: TestHub;

  private constructor(opened: AsyncDisposableStack, test: TestHub) {
    this.#opened = opened;
    this.test = test;
  }

  static async start(config: Partial<HubConfigInput> = {}): Promise<UdpStage> {
    const opened = new AsyncDisposableStack();
    return new UdpStage(opened, opened.use(await startTestHub(config)));
  }

  /** A socket without a session. */
  async bind(): Promise<UdpWireClient> {
    return this.#opened.use(await UdpWireClient.bind(this.test.port));
  }

  /** A session of a new client. */
  async open(client: string, grants?: { call?: string[] }): Promise<UdpWireClient> {
    return this.#opened.use(await UdpWireClient.open(this.test.port, { key: this.test.addClient(client, grants) }));
  }

  use<T extends AsyncDisposable>(resource: T): T {
    return this.#opened.use(resource);
  }

  /** A service over WebSocket. What `answer` leaves open, the test answers. */
  async provide(id: string, answer: (request: Message) => MessageInit | undefined = echo): Promise<Provided> {
    const calls = new Map<string, number>();
    const { url } = this.test;
    const link = this.use(await WireClient.open(url, { key: this.test.addClient(`${id}-provider`) }));
    await link.provide({ id, routes: [{ pattern: '/*rest' }] }, (request) => {
      const uri = request.uri ?? '';
      calls.set(uri, (calls.get(uri) ?? 0) + 1);
      return answer(request);
    });
    return { calls, link };
  }

  /** A figure of the hub's module, by its name or by the reason of a drop. */
  async figure(name: string): Promise<number> {
    const page = await fetch(`${this.test.httpUrl}/metrics`);
    return udpFigures(await page.text()).get(name) ?? 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

/** The JSON object of a payload. */
export function membersOf(message: Message): Record<string, unknown> {
  return parseJsonPayload(message.payload) as Record<string, unknown>;
}

/** A GET that waits for 10 s. */
export function get(id: number, uri: string): MessageInit {
  return { kind: Kind.Request, method: Method.Get, id, uri, timeoutMs: 10_000 };
}
