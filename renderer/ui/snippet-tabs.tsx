import { Tabs } from '@base-ui/react/tabs';
import { CopyButton } from './copy-button.tsx';
import { connectSnippets } from './snippets.ts';
import type { SnippetValues } from './snippets.ts';
import styles from './snippet-tabs.module.css';

/** Ways to connect, a tab each, with a button that copies. */
export function SnippetTabs(values: SnippetValues) {
  const snippets = connectSnippets(values);
  return (
    <Tabs.Root defaultValue="node">
      <Tabs.List className={styles['list']} aria-label="Ways to connect">
        {snippets.map((snippet) => (
          <Tabs.Tab key={snippet.id} value={snippet.id} className={styles['tab']}>
            {snippet.title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map((snippet) => (
        <Tabs.Panel key={snippet.id} value={snippet.id} className={styles['panel']}>
          <pre className={styles['code']}>{snippet.text}</pre>
          <div className={styles['copy']}>
            <CopyButton labelled text={snippet.text} what="snippet" />
          </div>
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
