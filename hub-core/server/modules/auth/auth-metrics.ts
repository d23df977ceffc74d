import type { MetricSample } from '../../../common/module/module.ts';
import type { SessionDesk } from './session-desk.ts';

/** What the auth module counts itself. */
export interface AuthCounts {
  readonly hits: number;
  readonly misses: number;
  readonly refused: number;
  readonly remembered: number;
}

/** @param desk undefined while the module does not run */
export function authMetrics(counts: AuthCounts, desk: SessionDesk['counts'] | undefined): readonly MetricSample[] {
  const counter = (name: string, help: string, value = 0): MetricSample => ({ name, help, kind: 'counter', value });
  return [
    counter('logins_total', 'Logins with a right password', desk?.logins),
    counter('login_failures_total', 'Logins that were refused', desk?.loginFailures),
    counter('tokens_issued_total', 'Tokens given, by logins and refreshes', desk?.tokens),
    counter('refreshes_total', 'Tokens that were renewed', desk?.refreshes),
    counter('refresh_reuses_total', 'Sessions ended because a refresh token was used twice', desk?.reuses),
    counter('logouts_total', 'Sessions ended by their client', desk?.logouts),
    counter('refused_total', 'Credentials that were not accepted', counts.refused),
    counter('verdict_hits_total', 'Credentials answered from memory', counts.hits),
    counter('verdict_misses_total', 'Credentials that had to be looked up', counts.misses),
    { name: 'verdicts', help: 'Credentials whose verdict is remembered', kind: 'gauge', value: counts.remembered },
  ];
}
