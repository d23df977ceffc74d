import type { ReactNode } from 'react';
import styles from './page.module.css';

interface PageFrameProps {
  readonly title: string;
  /** The page's primary action and its tools. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

export function PageFrame({ title, tools, children }: PageFrameProps) {
  return (
    <section className={styles['page']} aria-label={title}>
      <div className={styles['toolbar']}>
        <h1 className={styles['title']}>{title}</h1>
        {tools}
      </div>
      <div className={styles['body']}>{children}</div>
    </section>
  );
}

export function Spacer() {
  return <span className={styles['spacer']} />;
}

/** The name of a tool that has an icon: not seen where the toolbar has no room for all of them. Give its button a title, too. */
export function FoldingLabel({ children }: { readonly children: ReactNode }) {
  return <span className={styles['foldingLabel']}>{children}</span>;
}
