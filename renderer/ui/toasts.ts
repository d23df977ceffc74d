import { Toast } from '@base-ui/react/toast';

export interface ToastData {
  readonly tone: 'info' | 'error';
}

export const toastManager = Toast.createToastManager<ToastData>();

interface ToastInit {
  readonly title: string;
  readonly description?: string;
  readonly tone?: ToastData['tone'];
  /** One action, such as taking back what was just done. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

let latest: { readonly id: string; readonly run: () => void } | undefined;

/** Does what the toast offers that is shown, such as Undo. */
export function runToastAction(): void {
  latest?.run();
}

const SHOW_MS = 5_000;
const SHOW_WITH_ACTION_MS = 10_000;

/** Shows one short message in a polite live region; a new one takes the place of the last. */
export function toast({ title, description, tone = 'info', action }: ToastInit): void {
  const run = (): void => {
    toastManager.close(id);
    action?.run();
  };
  const id: string = toastManager.add({
    title,
    ...(description === undefined ? {} : { description }),
    timeout: action === undefined ? SHOW_MS : SHOW_WITH_ACTION_MS,
    data: { tone },
    onClose: () => {
      if (latest?.id === id) latest = undefined;
    },
    ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: run } }),
  });
  latest = action === undefined ? undefined : { id, run };
}
