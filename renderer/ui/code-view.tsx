import { useEffect, useRef } from 'react';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import type { Extension, Text } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { cx } from './cx.ts';
import { editorTheme } from './editor-theme.ts';
import styles from './code-view.module.css';

export type CodeLanguage = 'json' | 'text';

/** Above that, colours and folding cost more than they show. */
const HIGHLIGHT_LIMIT = 2_000_000;

/** The text and what is common to reading and writing it. */
function baseExtensions(label: string, language: CodeLanguage, length: number): Extension[] {
  const coloured = language === 'json' && length <= HIGHLIGHT_LIMIT;
  return [
    lineNumbers(),
    ...(coloured ? [json(), foldGutter(), bracketMatching()] : []),
    search({ top: true }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label }),
    editorTheme,
  ];
}

/**
 * Mounts an editor in a shadow tree: there CodeMirror uses adopted style sheets, where in the document it would write
 * style elements that the page's content security policy refuses.
 */
function mount(host: HTMLElement, doc: string | Text, extensions: Extension[]): EditorView {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  return new EditorView({ state: EditorState.create({ doc, extensions }), parent: shadow, root: shadow });
}

interface CodeViewProps {
  /** The accessible name. */
  readonly label: string;
  /** A long one is best put together as a document before: then nothing of it is copied here. */
  readonly text: string | Text;
  readonly language: CodeLanguage;
}

/** Text to read, of any size: only what is in sight is in the page. Never markup. */
export function CodeView({ label, text, language }: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const view = mount(host.current, text, [
      ...baseExtensions(label, language, text.length),
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-readonly': 'true', tabindex: '0' }),
      EditorView.editable.of(false),
      keymap.of([...searchKeymap, ...foldKeymap]),
    ]);
    return () => view.destroy();
  }, [label, text, language]);
  return <div ref={host} className={styles['host']} />;
}

interface CodeEditorProps {
  readonly label: string;
  /** Taken over when the editor is made; give a new `key` to start over with another text. */
  readonly initial: string;
  readonly language: CodeLanguage;
  readonly hint?: string;
  readonly onChange: (text: string) => void;
}

/** Text to write. */
export function CodeEditor({ label, initial, language, hint = '', onChange }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const text = useRef(initial);

  useEffect(() => {
    if (host.current === null) return;
    const view = mount(host.current, text.current, [
      ...baseExtensions(label, language, text.current.length),
      history(),
      highlightActiveLine(),
      placeholder(hint),
      // Ctrl+Enter belongs to the page: it sends.
      keymap.of([
        ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
        ...historyKeymap,
        ...searchKeymap,
        ...foldKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        text.current = update.state.doc.toString();
        change.current(text.current);
      }),
    ]);
    return () => view.destroy();
  }, [label, language, hint]);
  return <div ref={host} className={cx(styles['host'], styles['framed'])} />;
}
