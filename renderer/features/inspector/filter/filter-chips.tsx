import { useInspector } from '../../../state/inspector.ts';
import { hasTerm, withoutTerm, withTerm } from '../../../state/filter-text.ts';
import { Button } from '../../../ui/button.tsx';
import styles from './filter.module.css';

/** A term each; together they narrow the list. */
const CHIPS: readonly (readonly [term: string, name: string])[] = [
  ['kind:request', 'Requests'],
  ['kind:one-way', 'One-way'],
  ['kind:stream', 'Streams'],
  ['status:error', 'Errors'],
  ['dur>=500ms', 'Slow'],
  ['is:pending', 'Pending'],
  ['is:held', 'Held'],
  ['is:mine', 'Mine'],
  ['mark>0', 'Marked'],
];

/** The terms wanted most, one click each; what they do stands in the filter itself. */
export function FilterChips() {
  const filter = useInspector((inspector) => inspector.filter);
  const set = (text: string): void => useInspector.setState({ filter: text });
  return (
    <div className={styles['chips']} role="group" aria-label="Quick filters">
      <Button small variant="ghost" aria-pressed={filter.trim() === ''} onClick={() => set('')}>
        All
      </Button>
      {CHIPS.map(([term, name]) => {
        const pressed = hasTerm(filter, term);
        return (
          <Button
            key={term}
            small
            variant="ghost"
            aria-pressed={pressed}
            title={term}
            onClick={() => set(pressed ? withoutTerm(filter, term) : withTerm(filter, term))}
          >
            {name}
          </Button>
        );
      })}
    </div>
  );
}
