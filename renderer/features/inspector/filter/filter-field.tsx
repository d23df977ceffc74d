import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { ListFilter, X } from 'lucide-react';
import { useInspector } from '../../../state/inspector.ts';
import { usePreferences } from '../../../state/preferences.ts';
import { noteFilter } from '../../../state/saved-filters.ts';
import { IconButton } from '../../../ui/button.tsx';
import { TextInput } from '../../../ui/field.tsx';
import type { ListState } from '../exchange-list.ts';
import { accepted, offersOf } from './completion-offers.ts';
import type { Offer } from './completion-offers.ts';
import { CompletionList } from './completion-list.tsx';
import { FilterProblem } from './filter-problem.tsx';
import { problemOf } from './query-problem.ts';
import { useCompletions } from './use-completions.ts';
import styles from './filter.module.css';

/** Typing is not a query a key; what looks into bodies costs more. */
const SETTLE_MS = 150;
const SETTLE_BODY_MS = 600;

const PLACEHOLDER = 'Filter: words, "quoted text", -not, service:math status:error dur>50ms body:"text"';

/** The text in the bar, which becomes the filter when typing pauses. */
function useTypedFilter(moveCaret: (at: number) => void) {
  const filter = useInspector((inspector) => inspector.filter);
  const [text, setText] = useState(filter);
  const [applied, setApplied] = useState(filter);
  /** What a command put into the bar is not run before a person goes on with it. */
  const [held, setHeld] = useState<string>();
  // The filter is also set from elsewhere: a tile, a chip, the palette.
  if (filter !== applied) {
    setApplied(filter);
    setText(filter);
  }
  const apply = (value: string): void => {
    setText(value);
    setApplied(value);
    useInspector.setState({ filter: value });
  };
  useEffect(() => {
    if (text === filter || text === held) return;
    const pauseMs = /\b(?:body|json)\s*:/i.test(text) ? SETTLE_BODY_MS : SETTLE_MS;
    const timer = window.setTimeout(() => {
      setApplied(text);
      useInspector.setState({ filter: text });
    }, pauseMs);
    return () => window.clearTimeout(timer);
  }, [text, filter, held]);
  const hold = useCallback(
    (value: string): void => {
      setText(value);
      setHeld(value);
      moveCaret(value.length);
    },
    [moveCaret],
  );
  return { text, setText, apply, hold };
}

/** Moves the cursor in the field. @returns a function that puts it behind so many characters of the text that is set with it */
function useCaret(input: RefObject<HTMLInputElement | null>): (at: number) => void {
  const [caret, setCaret] = useState<{ readonly at: number }>();
  // With the drawing that brings the text: a key that is pressed after it finds the cursor where it belongs.
  useLayoutEffect(() => {
    if (caret !== undefined) input.current?.setSelectionRange(caret.at, caret.at);
  }, [caret, input]);
  return useCallback((at: number): void => setCaret({ at }), []);
}

/** Takes up a text that a command put into the bar. */
function useStartedFilter(input: RefObject<HTMLInputElement | null>, hold: (text: string) => void): void {
  const started = useInspector((inspector) => inspector.startedFilter);
  // Drawn again before any key is taken: from the focus on, what is typed stands behind the text.
  useLayoutEffect(() => {
    if (started === null || input.current === null) return;
    hold(started);
    useInspector.setState({ startedFilter: null });
    input.current.focus();
  }, [started, input, hold]);
}

function useCombobox() {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  return {
    open,
    active,
    show: (): void => setOpen(true),
    reset: (): void => setActive(-1),
    close(): void {
      setOpen(false);
      setActive(-1);
    },
    move(step: 1 | -1, count: number): void {
      setOpen(true);
      if (count > 0) setActive(active < 0 ? (step === 1 ? 0 : count - 1) : (active + step + count) % count);
    },
  };
}

/** The field's text, what is offered below it, and what its keys do. */
function useFilterField(state: ListState) {
  const input = useRef<HTMLInputElement>(null);
  const moveCaret = useCaret(input);
  const { text, setText, apply, hold } = useTypedFilter(moveCaret);
  useStartedFilter(input, hold);
  const [cursor, setCursor] = useState(text.length);
  const box = useCombobox();
  const recent = usePreferences((preferences) => preferences.recentFilters);
  const completions = useCompletions(text, Math.min(cursor, text.length));
  const offers = box.open ? offersOf(text, completions, recent) : [];
  const problem = problemOf(text, completions, state.error);

  const accept = (offer: Offer): void => {
    const next = accepted(text, offer);
    setText(next.text);
    setCursor(next.cursor);
    moveCaret(next.cursor);
    if (next.done) box.close();
    else box.reset();
  };
  const note = (): void => {
    if (problem === undefined) noteFilter(text);
  };
  const onEnter = (): void => {
    const offer = offers[box.active];
    if (offer !== undefined) {
      accept(offer);
      return;
    }
    apply(problem?.suggestion ?? text);
    note();
    box.close();
  };
  const onEscape = (): void => (offers.length > 0 ? box.close() : apply(''));
  const onTab = (event: KeyboardEvent): void => {
    const offer = offers[box.active];
    if (offer === undefined || event.shiftKey) return;
    event.preventDefault();
    accept(offer);
  };
  const onType = (field: HTMLInputElement): void => {
    setText(field.value);
    setCursor(field.selectionStart ?? field.value.length);
    box.show();
    box.reset();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = {
      ArrowDown: () => box.move(1, offers.length),
      ArrowUp: () => box.move(-1, offers.length),
      Enter: onEnter,
      Escape: onEscape,
    }[event.key];
    if (event.key === 'Tab') onTab(event);
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const onBlur = (): void => {
    box.close();
    note();
  };
  return { input, text, apply, offers, active: box.active, problem, accept, setCursor, onType, onKeyDown, onBlur };
}

/** Where a person types the filter: completed, checked while it is typed, and mended by one key where that is clear. */
export function FilterField({ state }: { readonly state: ListState }) {
  const id = useId();
  const { input, text, apply, offers, active, problem, accept, ...field } = useFilterField(state);
  const isOpen = offers.length > 0;
  return (
    <div className={styles['field']}>
      <ListFilter size={14} aria-hidden />
      <TextInput
        ref={input}
        mono
        data-page-filter
        role="combobox"
        aria-label="Filter exchanges"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 && isOpen ? `${id}-${String(active)}` : undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        placeholder={PLACEHOLDER}
        value={text}
        onChange={(event) => field.onType(event.target)}
        onSelect={(event) => field.setCursor(event.currentTarget.selectionStart ?? text.length)}
        onBlur={field.onBlur}
        onKeyDown={field.onKeyDown}
      />
      {text === '' ? null : (
        <IconButton
          small
          className={styles['clear'] ?? ''}
          label="Clear filter text"
          icon={<X size={14} aria-hidden />}
          onClick={() => {
            apply('');
            input.current?.focus();
          }}
        />
      )}
      <div className={styles['under']}>
        {problem === undefined ? null : (
          <FilterProblem id={`${id}-problem`} text={text} problem={problem} onMend={apply} />
        )}
        <CompletionList id={id} offers={offers} active={active} onPick={accept} />
      </div>
    </div>
  );
}
