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

const SHOW_MS = 5_000;
const SHOW_WITH_ACTION_MS = 10_000;

/** Shows one short message in a polite live region; a new one takes the place of the last. */
export function toast({ title, description, tone = 'info', action }: ToastInit): void {
  const id = toastManager.add({
    title,
    ...(description === undefined ? {} : { description }),
    timeout: action === undefined ? SHOW_MS : SHOW_WITH_ACTION_MS,
    data: { tone },
    ...(action === undefined
      ? {}
      : {
          actionProps: {
            children: action.label,
            onClick: () => {
              toastManager.close(id);
              action.run();
            },
          },
        }),
  });
}
