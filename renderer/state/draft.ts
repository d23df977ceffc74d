import { create } from 'zustand';
import type { ComposeInput } from '../../hub-core/console/contract/hub-contract.ts';

export type BodyForm = 'json' | 'text' | 'hex';

/** A request as it stands in the editor: the body is text in the form that `form` names. */
export interface Draft {
  readonly as: string | null;
  readonly method: ComposeInput['method'];
  readonly uri: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly form: BodyForm;
  readonly body: string;
  /** Encoding of a body in hex, kept from the captured row it came from. */
  readonly hexEncoding: ComposeInput['encoding'];
  readonly timeoutMs: number;
  readonly idempotent: boolean;
}

export const EMPTY_DRAFT: Draft = {
  as: null,
  method: 'GET',
  uri: '/status/info',
  headers: [],
  form: 'json',
  body: '',
  hexEncoding: 'bytes',
  timeoutMs: 30_000,
  idempotent: false,
};

interface DraftState {
  readonly draft: Draft;
  /** Grows when the draft is replaced as a whole, so that the editors start over. */
  readonly generation: number;
}

export const useDraft = create<DraftState>()(() => ({ draft: EMPTY_DRAFT, generation: 0 }));

export function changeDraft(change: Partial<Draft>): void {
  useDraft.setState((state) => ({ draft: { ...state.draft, ...change } }));
}

/** The draft as it is now, for whoever acts on it and need not follow it. */
export const currentDraft = (): Draft => useDraft.getState().draft;

/** Changes the body from outside of its editor, which therefore starts over. */
export function replaceBody(change: { readonly form?: BodyForm; readonly body: string }): void {
  useDraft.setState((state) => ({ draft: { ...state.draft, ...change }, generation: state.generation + 1 }));
}

/** Replaces the request in the editor. */
export function openDraft(draft: Draft): void {
  useDraft.setState((state) => ({ draft, generation: state.generation + 1 }));
}
