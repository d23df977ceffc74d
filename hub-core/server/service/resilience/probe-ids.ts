import type { IdRange } from '../../../common/dispatch/in-flight-table.ts';

/** Ids, without the hub's top bit, of requests that the hub itself makes to providers; relayed ones have those below. */
export const PROBE_IDS: IdRange = Object.freeze({ first: 0x7000_0000, last: 0x7fff_ffff });
