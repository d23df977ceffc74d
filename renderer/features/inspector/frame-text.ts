import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';

/** Bits of a message's flags, by their names in the JSON form. */
const FLAGS = ['stream', 'end', 'one_way', 'idempotent'] as const;
export const flagWords = (flags: number): string => FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(' ');

const FIRST_HUB_ID = 0x8000_0000;
/** The hub's own ids have their top bit set, and are told apart by a letter rather than by ten digits. */
export const frameIdText = (id: number): string =>
  id === 0 ? '' : id >= FIRST_HUB_ID ? `h${id - FIRST_HUB_ID}` : String(id);

/** Kinds in the order of their numbers on the wire, from 1 (docs/protocol.md). */
// prettier-ignore
const OPCODES = ['hello', 'welcome', 'request', 'response', 'cancel', 'data', 'credit', 'ping', 'pong', 'notice', 'goodbye'];

/** Kind of a frame with its number on the wire; the opening and the closing of a link have none. */
export function frameOpcode({ kind, method }: Pick<FrameRow, 'kind' | 'method'>): string {
  const number = OPCODES.indexOf(kind) + 1;
  const opcode = number > 0 ? `${number} ${kind}` : kind;
  return method === '' ? opcode : `${opcode} ${method}`;
}

/**
 * The other frame of a pair: what answers a request, or what it answers, on the same connection under the same id; else the
 * next frame of the exchange, and after the last the first. Undefined when it has no other.
 */
export function pairOf(frame: FrameRow, frames: readonly FrameRow[]): FrameRow | undefined {
  const others = frames.filter(({ number }) => number !== frame.number);
  const wanted = frame.kind === 'request' ? 'response' : frame.kind === 'response' ? 'request' : undefined;
  const pair = others.find(
    ({ kind, connection, id }) => kind === wanted && connection === frame.connection && id === frame.id,
  );
  return pair ?? others.find(({ number }) => number > frame.number) ?? others[0];
}
