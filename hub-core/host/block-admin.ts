import { systemClock } from '../common/base/clock.ts';
import type { BlockRecord } from '../server/storage/block-record.ts';
import { BlockStore } from '../server/storage/block-store.ts';
import { openHubDatabase, type HubDatabase } from '../server/storage/database.ts';
import { blockTarget, newBlock, type BlockRequest } from '../server/storage/new-block.ts';
import { noteLocalChange } from './local-audit.ts';

/**
 * The block list of a data folder, whether or not a hub runs on it: a running one notices within half a second. Every function
 * throws `StorageError` or `RequestError`, each with one line for people.
 */

function withStore<T>(dataDir: string, work: (store: BlockStore, database: HubDatabase) => T): T {
  using database = openHubDatabase(dataDir);
  return work(new BlockStore(database), database);
}

/** Replaces the block of the same target. @throws {RequestError} BAD_REQUEST_ERR */
export function addBlock(dataDir: string, request: BlockRequest): BlockRecord {
  const block = newBlock(request, systemClock.wallMs());
  withStore(dataDir, (store, database) => {
    store.put(block);
    const detail = `kind ${block.kind}, reason ${block.reason}`;
    noteLocalChange(database, { action: 'blocks.add', target: block.target, detail });
  });
  return block;
}

/** Those that hold now, oldest first. */
export function listBlocks(dataDir: string): readonly BlockRecord[] {
  const wallMs = systemClock.wallMs();
  return withStore(dataDir, (store) => store.all()).filter(
    ({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > wallMs,
  );
}

/** @returns false when there was none @throws {RequestError} BAD_REQUEST_ERR */
export function removeBlock(dataDir: string, block: Pick<BlockRequest, 'kind' | 'target'>): boolean {
  const target = blockTarget(block);
  return withStore(dataDir, (store, database) => {
    const removed = store.remove(block.kind, target);
    if (removed) noteLocalChange(database, { action: 'blocks.remove', target, detail: `kind ${block.kind}` });
    return removed;
  });
}
