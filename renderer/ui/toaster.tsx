import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { cx } from './cx.ts';
import { toastManager } from './toasts.ts';
import type { ToastData } from './toasts.ts';
import styles from './toaster.module.css';

function Toasts() {
  const { toasts } = Toast.useToastManager<ToastData>();
  return toasts.map((item) => (
    <Toast.Root
      key={item.id}
      toast={item}
      className={cx(styles['toast'], item.data?.tone === 'error' && styles['error'])}
    >
      <div>
        <Toast.Title className={styles['title']} />
        <Toast.Description className={styles['description']} />
      </div>
      {item.actionProps === undefined ? <span /> : <Toast.Action className={styles['action']} />}
      <Toast.Close className={styles['close']} aria-label="Dismiss">
        <X size={14} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ));
}

/** Where short messages appear; at most one at a time. */
export function Toaster() {
  return (
    <Toast.Provider toastManager={toastManager} limit={1}>
      <Toast.Portal>
        <Toast.Viewport className={styles['viewport']} data-pane>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
