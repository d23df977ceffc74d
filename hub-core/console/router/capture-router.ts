import { randomUUID } from 'node:crypto';
import { implement, onError, ORPCError } from '@orpc/server';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import type { TrafficQuery } from '../../capture/traffic-query.ts';
import type { StoredMessage } from '../../capture/stored-exchange.ts';
import type { Clock } from '../../common/base/clock.ts';
import type { Encoding } from '../../common/protocol/message.ts';
import { encodingWord } from '../../common/protocol/words.ts';
import { captureContract } from '../contract/capture-contract.ts';
import { toConsoleError } from './console-errors.ts';
import { newestOf } from './newest-of.ts';

/** The page shows a watermark at most this often. */
const WATERMARK_INTERVAL_MS = 100;

/** Open queries of one line; more than a page shows at once. The one opened first is closed for a further one. */
const MAX_QUERIES = 8;

/** The queries that one console has open. */
export class CaptureSession implements Disposable {
  readonly #queries = new Map<string, TrafficQuery>();

  add(query: TrafficQuery): string {
    const id = randomUUID();
    const oldest = this.#queries.keys().next().value;
    if (this.#queries.size >= MAX_QUERIES && oldest !== undefined) this.#queries.delete(oldest);
    this.#queries.set(id, query);
    return id;
  }

  /** @throws {ORPCError} NOT_FOUND */
  get(id: string): TrafficQuery {
    const query = this.#queries.get(id);
    if (query === undefined)
      throw new ORPCError('NOT_FOUND', { message: `There is no open query "${id}": open it again` });
    return query;
  }

  remove(id: string): boolean {
    return this.#queries.delete(id);
  }

  [Symbol.dispose](): void {
    this.#queries.clear();
  }
}

export interface CaptureRouterDeps {
  readonly store: TrafficStore;
  readonly clock: Clock;
}

function message(stored: StoredMessage) {
  return {
    encoding: encodingWord(stored.encoding as Encoding),
    headers: stored.headers.map(([name, value]): [string, string] => [name, value]),
    storedBytes: stored.storedBytes,
    totalBytes: stored.totalBytes,
  };
}

/** The console's `capture` root over a traffic store. Every line brings a {@link CaptureSession}. */
export function createCaptureRouter({ store, clock }: CaptureRouterDeps) {
  const os = implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    );
  return os.router({
    capture: {
      watch: os.capture.watch.handler(({ signal }) =>
        newestOf({
          changed: store.onDidChange,
          current: () => store.watermark(),
          minIntervalMs: WATERMARK_INTERVAL_MS,
          clock,
          signal,
        }),
      ),
      setState: os.capture.setState.handler(({ input }) => {
        store.setState(input.state);
        return store.watermark();
      }),
      clear: os.capture.clear.handler(() => {
        store.clear();
        return store.watermark();
      }),
      open: os.capture.open.handler(async ({ input, context, signal }) => {
        const query = store.query(input.query);
        const counts = await query.refresh(signal);
        return { queryId: context.session.add(query), ...counts };
      }),
      refresh: os.capture.refresh.handler(async ({ input, context, signal }) => {
        const counts = await context.session.get(input.queryId).refresh(signal);
        return { queryId: input.queryId, ...counts };
      }),
      window: os.capture.window.handler(({ input, context }) => {
        const { from, rows, revision } = context.session.get(input.queryId).window(input.from, input.count);
        return { from, rows: [...rows], revision };
      }),
      close: os.capture.close.handler(({ input, context }) => ({ closed: context.session.remove(input.queryId) })),
      exchange: os.capture.exchange.handler(({ input }) => {
        const found = store.exchange(input.seq);
        if (found === undefined) return null;
        return { ...found, request: message(found.request), reply: found.reply === null ? null : message(found.reply) };
      }),
      body: os.capture.body.handler(({ input }) => {
        const part = store.body(input.seq, input.part, input);
        if (part === undefined) return null;
        return { base64: Buffer.from(part.bytes).toString('base64'), offset: part.offset, totalBytes: part.totalBytes };
      }),
    },
  });
}
