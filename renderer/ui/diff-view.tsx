import { useEffect, useRef } from 'react';
import { MergeView } from '@codemirror/merge';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { editorTheme } from './editor-theme.ts';
import styles from './code-view.module.css';

export interface DiffSide {
  /** The accessible name. */
  readonly label: string;
  readonly text: string;
}

const diffTheme = EditorView.theme({
  '&.cm-merge-a .cm-changedLine, &.cm-merge-a .cm-deletedLine': { backgroundColor: 'var(--status-error-fill)' },
  '&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-insertedLine': { backgroundColor: 'var(--status-ok-fill)' },
  '&.cm-merge-a .cm-changedText, &.cm-merge-b .cm-changedText': {
    background: 'none',
    textDecoration: 'underline 2px',
  },
  '.cm-collapsedLines': {
    background: 'var(--surface-sunken)',
    color: 'var(--text-muted)',
    padding: '2px 8px',
  },
});

function sideExtensions(label: string): Extension[] {
  return [
    lineNumbers(),
    search({ top: true }),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
    keymap.of([...searchKeymap]),
    editorTheme,
    diffTheme,
  ];
}

/** Two texts side by side, with what differs marked by colour and line; what is the same is folded. */
export function DiffView({ before, after }: { readonly before: DiffSide; readonly after: DiffSide }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    // In a shadow tree, as every editor here: there its styles pass the content security policy.
    const shadow = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const view = new MergeView({
      a: { doc: before.text, extensions: sideExtensions(before.label) },
      b: { doc: after.text, extensions: sideExtensions(after.label) },
      parent: shadow,
      root: shadow,
      gutter: true,
      collapseUnchanged: { margin: 3, minSize: 8 },
      diffConfig: { scanLimit: 500, timeout: 500 },
    });
    view.dom.style.height = '100%';
    view.dom.style.overflow = 'auto';
    return () => view.destroy();
  }, [before.label, before.text, after.label, after.text]);
  return <div ref={host} className={styles['host']} />;
}
