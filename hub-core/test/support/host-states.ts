import type { HubHost, HubHostState } from '../../host/hub-host.ts';

/** What the host comes to be from now on. That a thread does not answer for a moment says something of the machine, not of the host. */
export function statesOf(host: HubHost): HubHostState['kind'][] {
  const seen: HubHostState['kind'][] = [];
  let wasSilent = host.state.kind === 'silent';
  let last = wasSilent ? 'running' : host.state.kind;
  host.onDidChangeState.subscribe(({ kind }) => {
    const isBack = kind === last && wasSilent;
    wasSilent = kind === 'silent';
    if (wasSilent || isBack) return;
    last = kind;
    seen.push(kind);
  });
  return seen;
}
