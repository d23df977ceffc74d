import type { ReactNode } from 'react';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { Button, IconButton } from './button.tsx';
import { cx } from './cx.ts';
import styles from './dialog.module.css';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: string;
  readonly wide?: boolean;
  /** Nothing in it takes the focus: it is scrolled by keys itself. */
  readonly text?: boolean;
  readonly footer?: ReactNode;
  readonly children?: ReactNode;
  /** False while leaving would lose something that cannot be shown again. */
  readonly dismissible?: boolean;
}

export function Dialog({
  open,
  onClose,
  title,
  description,
  wide,
  text,
  footer,
  children,
  dismissible = true,
}: DialogProps) {
  return (
    <BaseDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      disablePointerDismissal={!dismissible}
    >
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={styles['backdrop']} />
        <BaseDialog.Popup className={cx(styles['popup'], wide === true && styles['wide'])}>
          <header className={styles['header']}>
            <BaseDialog.Title className={styles['title']}>{title}</BaseDialog.Title>
            <IconButton small label="Close dialog" icon={<X size={16} aria-hidden />} onClick={onClose} />
          </header>
          <div className={styles['body']} tabIndex={text === true ? 0 : undefined}>
            {description === undefined ? null : (
              <BaseDialog.Description className={styles['description']}>{description}</BaseDialog.Description>
            )}
            {children}
          </div>
          {footer === undefined ? null : <footer className={styles['footer']}>{footer}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description: string;
  /** The verb on the button: `Clear capture`. */
  readonly confirm: string;
  readonly busy?: boolean;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ confirm, busy = false, onConfirm, onClose, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog
      {...rest}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" disabled={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    />
  );
}
