import { useEffect, useRef } from 'react';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import type { Extension, Text } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { cx } from './cx.ts';
import { editorTheme } from './editor-theme.ts';
import styles from './code-view.module.css';

export type CodeLanguage = 'json' | 'text';

/** Above that, colours and folding cost more than they show. */
const HIGHLIGHT_LIMIT = 2_000_000;
/** Above that the text is there first, and gets its colours right behind: both together would hold the page for too long. */
const COLOUR_LATER = 64_000;
/** So that the text is painted first. */
const COLOUR_AFTER_MS = 50;

const isColoured = (language: CodeLanguage, length: number): boolean =>
  language === 'json' && length <= HIGHLIGHT_LIMIT;

/** The text and what is common to reading and writing it. `colours`: what reads the language, now or later. */
function baseExtensions(label: string, coloured: boolean, colours: Extension = json()): Extension[] {
  return [
    lineNumbers(),
    ...(coloured ? [colours, foldGutter(), bracketMatching()] : []),
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
  /** What this is the text of: while that stays the same, a longer text has grown at its end. Absent: each text is another one. */
  readonly of?: object;
  /** Characters that it will have, about. */
  readonly expected?: number;
}

/** Text to read, of any size: only what is in sight is in the page. Never markup. */
export function CodeView({ label, text, language, of, expected = 0 }: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView>(null);
  const latest = useRef({ text, expected });
  latest.current = { text, expected };
  const identity = of ?? text;
  useEffect(() => {
    if (host.current === null) return;
    const { text: first, expected: atLeast } = latest.current;
    const length = Math.max(first.length, atLeast);
    const coloured = isColoured(language, length);
    const later = coloured && length > COLOUR_LATER;
    const colours = new Compartment();
    const view = mount(host.current, first, [
      ...baseExtensions(label, coloured, colours.of(later ? [] : json())),
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-readonly': 'true', tabindex: '0' }),
      EditorView.editable.of(false),
      keymap.of([...searchKeymap, ...foldKeymap]),
    ]);
    const colouring = later
      ? window.setTimeout(() => view.dispatch({ effects: colours.reconfigure(json()) }), COLOUR_AFTER_MS)
      : undefined;
    shown.current = view;
    return () => {
      window.clearTimeout(colouring);
      shown.current = null;
      view.destroy();
    };
  }, [label, identity, language]);
  useEffect(() => {
    const length = shown.current?.state.doc.length ?? 0;
    if (typeof text === 'string' || text.length <= length) return;
    shown.current?.dispatch({ changes: { from: length, insert: text.slice(length) } });
  }, [text]);
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
      ...baseExtensions(label, isColoured(language, text.current.length)),
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
