import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from './button.tsx';
import styles from './pane.module.css';

interface PaneProps {
  readonly title: ReactNode;
  readonly tools?: ReactNode;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

/** A detail pane: its title, its tools, its content. */
export function Pane({ title, tools, onClose, children }: PaneProps) {
  return (
    <div className={styles['pane']}>
      <header className={styles['header']}>
        <h2 className={styles['title']}>{title}</h2>
        {tools}
        {onClose === undefined ? null : (
          <IconButton small label="Close detail" icon={<X size={16} aria-hidden />} onClick={onClose} />
        )}
      </header>
      <div className={styles['content']}>{children}</div>
    </div>
  );
}

export function PaneSection({ heading, children }: { readonly heading?: string; readonly children: ReactNode }) {
  return (
    <section className={styles['section']}>
      {heading === undefined ? null : <h3 className={styles['heading']}>{heading}</h3>}
      {children}
    </section>
  );
}

export function PaneActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>;
}
