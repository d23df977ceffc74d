import { isClientId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { parseAddressRange } from '../address.ts';
import type { BlockRecord } from './block-record.ts';

const MAX_REASON_CHARS = 200;

/** A block as a person asks for it. */
export interface BlockRequest {
  readonly kind: 'address' | 'client';
  readonly target: string;
  readonly reason: string;
  /** 0 = until it is taken off. */
  readonly forMs: number;
}

function refused(target: string, why: string): RequestError {
  return new RequestError('BAD_REQUEST_ERR', `Cannot block "${target}": ${why}`);
}

/** @throws {RequestError} BAD_REQUEST_ERR when it is neither an address, a range nor a client's id, as `kind` wants */
export function blockTarget({ kind, target }: Pick<BlockRequest, 'kind' | 'target'>): string {
  if (kind === 'client') {
    if (isClientId(target)) return target;
    throw refused(target, 'a client id is 1 to 64 letters, digits, dots, dashes or underscores');
  }
  const range = parseAddressRange(target);
  if (range === undefined)
    throw refused(target, 'it is no address and no range; write it like 192.0.2.7 or 10.0.0.0/8');
  if (range.isLoopback)
    throw refused(target, 'every program of this machine has a loopback address; block the client instead');
  return range.text;
}

/** @throws {RequestError} BAD_REQUEST_ERR */
export function newBlock(request: BlockRequest, wallMs: number): BlockRecord {
  const target = blockTarget(request);
  const { kind, reason, forMs } = request;
  if (reason.length > MAX_REASON_CHARS)
    throw refused(target, `its reason has more than ${String(MAX_REASON_CHARS)} characters`);
  const createdAtMs = Math.trunc(wallMs);
  const expiresAtMs = forMs === 0 ? null : createdAtMs + Math.trunc(forMs);
  return { kind, target, reason, source: 'manual', createdAtMs, expiresAtMs };
}
