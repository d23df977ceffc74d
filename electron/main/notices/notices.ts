import type { HubState } from '../hub/hub-slot.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** What a user must know although no window may be open; undefined when a change of state is not worth it. */
export function noticeOf(state: HubState): Notice | undefined {
  if (state.kind === 'crashed') {
    return state.thread === 'hub'
      ? { title: 'The hub crashed', body: `${state.reason}. Open the console to start it again.` }
      : { title: 'The traffic store crashed', body: `${state.reason}. The hub goes on, nothing is recorded.` };
  }
  return state.kind === 'failed' ? { title: 'The hub could not be started', body: state.reason } : undefined;
}

export function emptyPoolNotice(service: string): Notice {
  return { title: `No provider for "${service}"`, body: 'Its last provider is gone: calls wait, or are refused.' };
}
