import { ANONYMOUS } from '../../common/base/ids.ts';
import type { Principal } from '../relay.ts';

/** Who a connection is before its Welcome. */
export const NOBODY: Principal = Object.freeze({
  clientId: ANONYMOUS,
  role: 'anonymous',
  grants: Object.freeze({ call: [], provide: [] }),
});
