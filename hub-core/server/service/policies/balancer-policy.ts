import type { PolicyName } from '../service-view.ts';

/** A provider channel as a policy sees it. */
export interface Candidate {
  /** Stable over the channel's life. */
  readonly id: string;
  /** 1 to 1,000. */
  readonly weight: number;
  readonly inFlight: number;
  /** False while it must be given nothing new. */
  readonly available: boolean;
  /** Scratch of the policy that its pool uses; 0 at first. */
  share: number;
  /** How long its latest answers took in the mean, ms; 0 = not known. A policy may let it fade. */
  answerMs: number;
}

/**
 * Picks the channel of one service that gets the next request. One instance a service: it may keep state between picks.
 */
export interface BalancerPolicy {
  readonly name: PolicyName;
  /**
   * @param candidates in the order of registration; may differ from call to call
   * @param key what must go to the same channel as long as that is available; only `sticky` looks at it
   * @returns an available one; undefined when none is
   */
  pick<C extends Candidate>(candidates: readonly C[], key: string): C | undefined;
  /**
   * What the last `pick` compared of one of its candidates, to be told to people; NaN when it compared nothing of it. To be
   * called before anything of the candidates changes.
   */
  weighed(candidate: Candidate): number;
}

/** Index of the first available one from `start` on, around the end; -1 when none is. @internal */
export function firstAvailable(candidates: readonly Candidate[], start: number): number {
  const count = candidates.length;
  for (let step = 0; step < count; step += 1) {
    const index = (start + step) % count;
    if (candidates[index]?.available === true) return index;
  }
  return -1;
}
