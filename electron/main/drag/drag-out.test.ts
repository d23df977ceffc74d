import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPulse } from '../../../hub-core/host/pulse.ts';
import { runCaptureThread } from '../../../hub-core/host/run-capture-thread.ts';
import { exchangesBatch } from '../../../hub-core/test/support/traffic.ts';
import { DragFolder } from './drag-folder.ts';
import { dragOut } from './drag-out.ts';
import type { DragWish } from './drag-out.ts';

const NO_NAMES = { headers: [], jsonPaths: [] };
let folder = '';
let host: MessagePort;
let drags: DragFolder;
let started: string[];

/** A store with five exchanges, on this thread. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whub-drag-'));
  drags = new DragFolder(folder);
  started = [];
  const [hosts, hubs] = [new MessageChannel(), new MessageChannel()];
  host = hosts.port1;
  runCaptureThread(hosts.port2, {
    dir: join(folder, 'capture'),
    states: { state: 'recording', services: {}, frames: false },
    settings: { maxRows: 0, maxBytes: 0, mask: NO_NAMES, secrets: NO_NAMES },
    pulse: createPulse(),
    log: { level: 'silent', readable: false },
  });
  host.start();
  host.postMessage({ type: 'hub', port: hubs.port2 }, [hubs.port2]);
  await once(hubs.port1, 'message');
  hubs.port1.postMessage({ type: 'batch', batch: exchangesBatch(1, 5), weight: 1 });
  await once(hubs.port1, 'message');
});
afterEach(async () => {
  const stopped = once(host, 'close');
  host.postMessage({ type: 'stop' });
  await stopped;
  rmSync(folder, { recursive: true });
});

function drag(wish: DragWish, signal?: AbortSignal): Promise<void> {
  const deps = {
    openCapture() {
      const { port1, port2 } = new MessageChannel();
      host.postMessage({ type: 'console', port: port2 }, [port2]);
      return port1;
    },
    folder: drags,
    version: '1.2.3',
    baseUrl: 'app://console/',
    nowMs: () => Date.UTC(2026, 10, 28, 15, 40),
    start: (path: string) => void started.push(path),
  };
  return dragOut(wish, deps, signal);
}

describe('dragOut()', () => {
  it('[DS34] hands a file of these exchanges to the pointer, named by the time', async () => {
    await drag({ seqs: [2, 4], format: 'ndjson' });
    const [path = ''] = started;
    expect(basename(path)).toBe('whub-20261128-154000.ndjson');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([2, 4]);
  });

  it('[DS34] hands over nothing when the button was let go of, or nothing is stored of it', async () => {
    await expect(drag({ seqs: [2], format: 'whub' }, AbortSignal.abort())).rejects.toThrow('aborted');
    await expect(drag({ seqs: [99], format: 'whub' })).rejects.toThrow('none of them is stored any more');
    expect(started).toEqual([]);
  });
});
