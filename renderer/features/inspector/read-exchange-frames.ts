import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';

/** A stream may have any number: the rest is in the list of frames. */
const MAX_FRAMES = 256;

export interface ExchangeFrames {
  /** The first of them. */
  readonly frames: readonly FrameRow[];
  readonly count: number;
}

/** The frames that carried an exchange, in wire order. */
export async function readExchangeFrames(seq: number, signal?: AbortSignal): Promise<ExchangeFrames> {
  const { frames } = bridge.capture;
  const options = signal === undefined ? {} : { signal };
  const { queryId, count } = await frames.open({ query: `id:${seq}` }, options);
  try {
    if (count === 0) return { frames: [], count };
    const { rows } = await frames.window({ queryId, from: 0, count: Math.min(count, MAX_FRAMES) }, options);
    return { frames: rows, count };
  } finally {
    await frames.close({ queryId });
  }
}
