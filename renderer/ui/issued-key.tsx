import { CopyButton } from './copy-button.tsx';
import { SnippetTabs } from './snippet-tabs.tsx';
import type { SnippetValues } from './snippets.ts';
import styles from './issued-key.module.css';

/** A key in clear, for the one time that it can be seen. */
export function IssuedKey(values: SnippetValues) {
  return (
    <div className={styles['issued']}>
      <div className={styles['key']}>
        <code aria-label={`Key of ${values.client}`}>{values.apiKey}</code>
        <CopyButton labelled text={values.apiKey} what="key" />
      </div>
      <p className={styles['note']}>
        The key of “{values.client}” is shown this once: the hub keeps only a hash of it. Copy it now, or add another
        key later.
      </p>
      <SnippetTabs {...values} />
    </div>
  );
}
