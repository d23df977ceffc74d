import type * as Real from 'electron';
import type * as StandIn from './electron.ts';

/**
 * Holds for the compiler only: the real Electron can stand wherever the stand-in does. A member that Electron does not have, or
 * one that takes or gives something else there, is an error here.
 */
export const realForStandIn = (real: typeof Real): Pick<typeof StandIn, keyof typeof StandIn> => real;
