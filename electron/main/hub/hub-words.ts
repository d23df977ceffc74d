import type { HubState } from './hub-slot.ts';

/** The hub's state in one line, for tray and menu. */
export function hubLine(state: HubState, connections: number): string {
  switch (state.kind) {
    case 'starting':
      return 'Hub is starting';
    case 'running':
      return `Hub runs at ${state.ready.url}, ${String(connections)} ${connections === 1 ? 'connection' : 'connections'}`;
    case 'silent':
      return state.thread === 'hub' ? 'Hub does not answer' : 'Hub runs, its traffic store does not answer';
    case 'restarting':
      return state.thread === 'hub' ? 'Hub is being started again' : 'Traffic store is being started again';
    case 'crashed':
      return state.thread === 'hub' ? 'Hub crashed' : 'Hub runs, its traffic store crashed';
    case 'failed':
      return 'Hub could not be started';
    case 'stopped':
      return 'Hub is stopped';
  }
}

/** Whether there is something to stop: a hub goes on without its traffic store. */
export function isUp(state: HubState): boolean {
  if (state.kind === 'crashed') return state.thread !== 'hub';
  return ['starting', 'running', 'silent', 'restarting'].includes(state.kind);
}
