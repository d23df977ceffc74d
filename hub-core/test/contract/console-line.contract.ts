import { createORPCClient } from '@orpc/client';
import type { ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ColumnFill } from '../../capture/column-fill.ts';
import { JobList } from '../../capture/job-list.ts';
import { RecentLog } from '../../common/log/recent-log.ts';
import { SecretMask } from '../../capture/secret-mask.ts';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import { systemClock } from '../../common/base/clock.ts';
import { silentLogger } from '../../common/log/logger.ts';
import type { CaptureContract } from '../../console/contract/capture-contract.ts';
import { createCaptureRouter } from '../../console/router/capture-router.ts';
import { CaptureSession } from '../../console/router/capture-session.ts';
import { ConsoleServer, type ConsoleLine } from '../../console/router/serve-console.ts';
import {
  exchangeEnd,
  exchangesBatch,
  exchangeStart,
  openTrafficStore,
  temporaryFolder,
  trafficBatch,
} from '../support/traffic.ts';
import { bodiesBatch } from '../support/bodies-batch.ts';
import { choiceBatch, recordedChoice } from '../support/recorded-choice.ts';

export interface ConsoleCarrierEnd extends AsyncDisposable {
  readonly link: ClientLink<Record<never, never>>;
  /** Resolves when the server closed the line. */
  readonly closed: Promise<void>;
  /** Sends a frame past oRPC. */
  sendRaw(frame: string | Uint8Array): void;
  close(): void;
}

/** Joins a served line and a client's link. */
export type ConsoleCarrier = (serve: (line: ConsoleLine) => void) => Promise<ConsoleCarrierEnd>;

/** What the console may expect of its contract, whatever carries it. */
export function consoleLineContract(name: string, connect: ConsoleCarrier): void {
  describe(`console over ${name}`, () => {
    let folder: ReturnType<typeof temporaryFolder>;
    let store: TrafficStore;
    let server: ConsoleServer<{ session: CaptureSession }>;
    let end: ConsoleCarrierEnd;
    let disposedSessions: number;
    let capture: ContractRouterClient<CaptureContract>['capture'];

    let recentLog: RecentLog;
    let jobList: JobList;
    let fill: ColumnFill;

    beforeEach(async () => {
      recentLog = new RecentLog();
      folder = temporaryFolder();
      store = openTrafficStore(folder.path);
      disposedSessions = 0;
      jobList = new JobList(systemClock);
      fill = new ColumnFill({ store, jobs: jobList, clock: systemClock, log: silentLogger });
      server = new ConsoleServer({
        router: createCaptureRouter({
          store,
          jobs: jobList,
          secrets: new SecretMask({ headers: ['x-secret'], jsonPaths: ['$..password'] }),
          reserveSeqs: () => Promise.resolve(store.nextSeq),
          clock: systemClock,
          recentLog,
        }),
        openSession: () => ({
          options: { context: { session: new CaptureSession() } },
          [Symbol.dispose]: () => void (disposedSessions += 1),
        }),
        log: silentLogger,
      });
      end = await connect((line) => server.serve(line));
      capture = createORPCClient<ContractRouterClient<CaptureContract>>(end.link).capture;
    });
    afterEach(async () => {
      await end[Symbol.asyncDispose]();
      await expect.poll(() => server.lines).toBe(0);
      server[Symbol.dispose]();
      fill[Symbol.dispose]();
      jobList[Symbol.dispose]();
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    });

    it('[CO1] answers calls with outputs of the contract', async () => {
      store.write(exchangesBatch(1, 5));
      const { queryId, count, total } = await capture.open({ query: '' });
      expect({ count, total }).toEqual({ count: 5, total: 5 });
      const window = await capture.window({ queryId, from: 1, count: 2 });
      expect(window.rows.map((row) => row.seq)).toEqual([2, 3]);
      expect(await capture.close({ queryId })).toEqual({ closed: true });
      await expect(capture.refresh({ queryId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('[CO1] returns an exchange with its words, headers and times, and a part of its body', async () => {
      const bytes = new TextEncoder().encode('{"a":1}');
      const start = exchangeStart(1, {
        encoding: 1,
        headers: [['x-a', '1']],
        body: { offset: 0, stored: 7, total: 7 },
      });
      const choices = choiceBatch(1, recordedChoice());
      store.write(trafficBatch({ starts: [start], ends: [exchangeEnd(1)], bytes, choices }));
      const exchange = await capture.exchange({ seq: 1 });
      expect(exchange?.request).toEqual({ encoding: 'json', headers: [['x-a', '1']], storedBytes: 7, totalBytes: 7 });
      expect(exchange?.timing).toEqual({ checkedMs: 1, sentMs: 2, repliedMs: 5, endedMs: 6 });
      expect(exchange?.choices).toEqual([recordedChoice()]);
      expect(await capture.exchange({ seq: 2 })).toBeNull();
      expect(await capture.body({ seq: 1, part: 'request', offset: 1, length: 3 })).toEqual({
        base64: btoa('"a"'),
        offset: 1,
        totalBytes: 7,
      });
      expect(await capture.body({ seq: 2, part: 'request', offset: 0, length: 1 })).toBeNull();
    });

    it('[CO19] tells the lines of its log behind a number', async () => {
      for (const msg of ['one', 'two']) recentLog.add(JSON.stringify({ level: 40, time: 5, msg }));
      expect(await capture.log({ after: 1 })).toEqual({
        lines: [{ number: 2, atMs: 5, level: 'warn', module: '', text: 'two', details: '' }],
        last: 2,
      });
    });

    it('[CO2] refuses input that is not of the contract, and says where a filter is wrong', async () => {
      await expect(capture.exchange({ seq: 0 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(capture.open({ query: 'a foo:b' })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining('There is no key "foo"') as string,
        data: { column: 3, suggestion: 'a "foo:b"' },
      });
    });

    it('[CO3] streams the newest watermark, starting with the current one, and leaves out what lies between', async () => {
      store.write(exchangesBatch(1, 1));
      const watermarks = await capture.watch();
      expect((await watermarks.next()).value).toMatchObject({ rows: 1, lastSeq: 1 });
      for (let seq = 2; seq <= 50; seq += 1) store.write(exchangesBatch(seq, seq));
      expect((await watermarks.next()).value).toMatchObject({ rows: 50, lastSeq: 50 });
      await watermarks.return(undefined);
    });

    it('[CO4] a stream that is given up ends at the server', async () => {
      const listeners = store.changeListeners;
      const watermarks = await capture.watch();
      await watermarks.next();
      await watermarks.return(undefined);
      // The store's own listeners aside, nobody subscribes any more once the server has seen the end.
      await expect.poll(() => store.changeListeners).toBe(listeners);
    });

    it('[CO4] a line that closes ends its streams and its session', async () => {
      const listeners = store.changeListeners;
      const watermarks = await capture.watch();
      await watermarks.next();
      end.close();
      await expect
        .poll(() => ({ lines: server.lines, disposedSessions, listeners: store.changeListeners }))
        .toEqual({
          lines: 0,
          disposedSessions: 1,
          listeners,
        });
    });

    it.each(['no json at all', '{"i":1}', '[]', 'null', new Uint8Array([0xff, 0x00])])(
      '[CO5] closes a line that says %j',
      async (frame) => {
        end.sendRaw(frame);
        await end.closed;
        await expect.poll(() => server.lines).toBe(0);
      },
    );

    it('[CO20] alive() answers with nothing', async () => {
      expect(await capture.alive()).toEqual({});
    });

    it('[CO6] setState() and clear() answer with the watermark that they made', async () => {
      store.write(exchangesBatch(1, 5));
      expect(await capture.setState({ state: 'paused' })).toMatchObject({ state: 'paused', rows: 5 });
      expect(await capture.clear()).toMatchObject({ state: 'paused', rows: 0, firstSeq: 0 });
    });

    it('[CO6] undoClear() brings back what clear() took, once; annotate() is seen in the row', async () => {
      store.write(exchangesBatch(1, 3));
      expect((await capture.clear()).cleared).toMatchObject({ rows: 3 });
      expect(await capture.undoClear()).toMatchObject({ rows: 3, cleared: null });
      await expect(capture.undoClear()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await capture.annotate({ seq: 2, mark: 4, tags: ['odd'] })).toEqual({ annotated: true });
      expect(await capture.annotate({ seq: 9, mark: 4 })).toEqual({ annotated: false });
      expect((await capture.exchange({ seq: 2 }))?.row).toMatchObject({
        mark: 4,
        tags: ['odd'],
        comment: '',
        gap: null,
      });
      expect(await capture.setState({ state: 'off', service: 'math' })).toMatchObject({
        state: 'recording',
        services: { math: 'off' },
      });
    });

    it('[CO16] completes a filter with seen values, and says what it means or where it is wrong', async () => {
      store.write(exchangesBatch(1, 3));
      expect(await capture.complete({ query: 'service:m', cursor: 9 })).toEqual({
        from: 8,
        to: 9,
        items: [{ text: 'math', about: '', count: 3 }],
        check: { valid: true, meaning: 'service is "m"' },
      });
      const { check } = await capture.complete({ query: 'dur>', cursor: 4 });
      expect(check).toEqual({
        valid: false,
        message: 'A duration is missing after "dur>"',
        column: 5,
        suggestion: null,
      });
    });

    it('[CO17] a search that is not waited for is a job, which is watched and stopped', async () => {
      // Enough that the search is not over before its first piece is.
      for (let first = 1; first < 60_000; first += 5_000) store.write(exchangesBatch(first, first + 4_999));
      const { queryId, jobId, complete, total } = await capture.open({ query: '-/nowhere [a-z]+$/', waitMs: 0 });
      expect({ complete, total }).toEqual({ complete: false, total: 60_000 });
      const jobs = await capture.jobs.watch();
      expect((await jobs.next()).value).toMatchObject({ jobs: [{ jobId, kind: 'search', of: 60_000 }] });
      expect(await capture.jobs.stop({ jobId: jobId ?? '' })).toEqual({ stopped: true });
      let told: unknown;
      // What was already on its way tells of it as running still.
      for await (const value of jobs) {
        told = value;
        if (value.jobs[0]?.state !== 'running') break;
      }
      expect(told).toMatchObject({ jobs: [{ jobId, state: 'stopped' }] });
      const stopped = await capture.refresh({ queryId });
      expect(stopped).toMatchObject({ complete: false, jobId: null });
      expect(stopped.searched).toBeLessThan(60_000);
      expect(stopped.count).toBe(stopped.searched);
      expect((await capture.window({ queryId, from: 0, count: 5 })).rows).toHaveLength(5);
    });

    it('[CO18] a sorted result is a snapshot, in which one finds places and steps to rows', async () => {
      store.write(exchangesBatch(1, 30));
      const { queryId, count } = await capture.open({ query: '', sort: { column: 'from', descending: true } });
      store.write(exchangesBatch(31, 35));
      expect(await capture.refresh({ queryId })).toMatchObject({ count, total: 35, fresh: 5 });
      expect(await capture.seqs({ queryId, from: 3, count: 2 })).toEqual({ seqs: [4, 5] });
      expect(await capture.place({ queryId, seq: 7 })).toEqual({ place: 6 });
      expect(await capture.place({ queryId, seq: 31 })).toEqual({ place: null });
      expect(await capture.step({ queryId, seq: 7, matching: 'id:20' })).toEqual({ place: 19, seq: 20 });
      expect(await capture.step({ queryId, seq: 7, back: true, matching: 'id:20' })).toBeNull();
      await expect(capture.step({ queryId, matching: 'dur>' })).rejects.toMatchObject({ data: { column: 5 } });
      const { ok } = await capture.overview({ bins: 100 });
      expect(ok.reduce((sum, rows) => sum + rows, 0)).toBe(35);
    });

    it('[CO21] columns are added, changed, filled, removed and brought back, and every console is told', async () => {
      store.write(bodiesBatch(1, [{ request: '{"id":7}' }, { request: '{"id":5}' }]));
      const watched = await capture.columns.watch();
      expect((await watched.next()).value).toMatchObject({ columns: [] });
      const { id } = await capture.columns.add({ name: 'Order', path: '$.id', side: 'request' });
      await fill.idle();
      const told = async () => {
        const next = await watched.next();
        return next.done === true ? [] : next.value.columns;
      };
      await expect
        .poll(told)
        .toEqual([{ id, name: 'Order', path: '$.id', side: 'request', fills: true, unfilledRows: 0 }]);
      const sort = { column: `custom:${id}`, descending: false } as const;
      const { queryId } = await capture.open({ query: '', sort });
      const cells = async () => {
        const { rows } = await capture.window({ queryId, from: 0, count: 9, cells: true });
        return rows.map((row) => [row.seq, row.cells?.[id]]);
      };
      expect(await cells()).toEqual([
        [2, { kind: 'number', text: '5', cut: false }],
        [1, { kind: 'number', text: '7', cut: false }],
      ]);
      // Only whoever asks for them has them: `whub tap` prints rows as they are.
      expect((await capture.window({ queryId, from: 0, count: 1 })).rows[0]).not.toHaveProperty('cells');
      expect((await capture.exchange({ seq: 1 }))?.row.cells).toEqual({
        [id]: { kind: 'number', text: '7', cut: false },
      });
      expect(await capture.columns.change({ id, name: 'Id', path: '$.x' })).toEqual({ id });
      await fill.idle();
      expect((await cells())[0]).toEqual([2, { kind: 'none', reason: 'absent' }]);
      expect(await capture.columns.remove({ id })).toEqual({ id });
      expect((await cells())[0]).toEqual([2, undefined]);
      expect(await capture.columns.restore({ id })).toEqual({ id });
      expect(await capture.columns.resume({ id })).toEqual({ id });
      await expect.poll(told).toMatchObject([{ name: 'Id', path: '$.x' }]);
      await watched.return(undefined);
    });

    it('[CO21] a column that cannot be is refused with what is wrong, and one that there is not is not found', async () => {
      const wish = { name: 'Order', path: '$.id', side: 'request' } as const;
      await expect(capture.columns.add({ ...wish, path: '$.a[' })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining('Cannot use the path "$.a[": it goes wrong at character 5') as string,
        data: { field: 'path' },
      });
      await capture.columns.add(wish);
      await expect(capture.columns.add(wish)).rejects.toMatchObject({ code: 'BAD_REQUEST', data: { field: 'name' } });
      for (const call of ['change', 'remove', 'restore', 'resume'] as const)
        await expect(capture.columns[call]({ id: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const sort = { column: 'custom:nobody', descending: true } as const;
      await expect(capture.open({ query: '', sort })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });

    it('[CO7] keeps at most eight queries open a line, and forgets the oldest', async () => {
      const first = await capture.open({ query: '' });
      for (let index = 0; index < 8; index += 1) await capture.open({ query: 'a' });
      await expect(capture.refresh({ queryId: first.queryId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
