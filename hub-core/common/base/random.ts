/** A source of uniform numbers in [0, 1). Injected wherever chance decides, so that tests can repeat a run. */
export type Random = () => number;

/** The platform's generator. Not for secrets: those come from `crypto`. */
export const systemRandom: Random = () => Math.random();

/**
 * A repeatable generator (mulberry32, 32 bits of state).
 *
 * @param seed any 32-bit integer; the same seed gives the same sequence
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
