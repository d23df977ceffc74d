import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPulse } from '../../host/pulse.ts';
import { runCaptureThread } from '../../host/run-capture-thread.ts';
import type { CaptureLinkAnswer, CaptureReport } from '../../host/thread-messages.ts';
import { exchangesBatch, temporaryFolder } from '../support/traffic.ts';

const NO_NAMES = { headers: [], jsonPaths: [] };
const ROWS = 20;

let owned: AsyncDisposableStack;
let host: MessagePort;
let hub: MessagePort;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  const [hosts, hubs] = [new MessageChannel(), new MessageChannel()];
  [host, hub] = [hosts.port1, hubs.port1];
  runCaptureThread(hosts.port2, {
    dir: folder.path,
    states: { state: 'recording', services: {}, frames: false },
    settings: { maxRows: 0, maxBytes: 0, mask: NO_NAMES, secrets: NO_NAMES },
    pulse: createPulse(),
    log: { level: 'silent', readable: false },
  });
  const stopped = once(host, 'close');
  host.start();
  owned.defer(async () => {
    host.postMessage({ type: 'stop' });
    await stopped;
  });
  host.postMessage({ type: 'hub', port: hubs.port2 }, [hubs.port2]);
  await once(hub, 'message');
});

afterEach(() => owned.disposeAsync());

const postBatches = (from: number, count: number): void => {
  for (let batch = from; batch < from + count; batch += 1)
    hub.postMessage({ type: 'batch', batch: exchangesBatch(batch * ROWS + 1, (batch + 1) * ROWS), weight: 1 });
};

describe('the capture thread', { timeout: 60_000 }, () => {
  it('[HO17] answers a ping while it has more batches than it can take', async () => {
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    host.on('message', ({ type }: CaptureReport) => void seen.push(type));
    hub.on('message', ({ type }: CaptureLinkAnswer) => {
      seen.push(type);
      if (seen.filter((each) => each === 'stored').length === 1_200) done.resolve();
    });
    postBatches(0, 1_200);
    host.postMessage({ type: 'ping' });
    await done.promise;
    expect(seen.indexOf('pong')).toBeGreaterThanOrEqual(0);
    expect(seen.indexOf('pong')).toBeLessThan(600);
  });

  it.each(['console', 'hub'])('[HO10] a %s that comes as it stops does not keep it', async (kind) => {
    const late = new MessageChannel();
    const reports: string[] = [];
    host.on('message', ({ type }: CaptureReport) => void reports.push(type));
    const closed = Promise.all([once(host, 'close'), once(late.port1, 'close')]);
    late.port1.start();
    host.postMessage({ type: 'stop' });
    host.postMessage({ type: kind, port: late.port2 }, [late.port2]);
    await closed;
    expect(reports.at(-1)).toBe('stopped');
  });
});
