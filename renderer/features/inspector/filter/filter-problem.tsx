import { OctagonX } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import type { QueryError } from '../exchange-list.ts';
import { mendLabel } from './query-problem.ts';
import styles from './filter.module.css';

interface FilterProblemProps {
  readonly id: string;
  readonly text: string;
  readonly problem: QueryError;
  readonly onMend: (text: string) => void;
}

/** What is wrong, over the list so that no row moves; the rows below are those of the last filter that was right. */
export function FilterProblem({ id, text, problem, onMend }: FilterProblemProps) {
  const { message, column, suggestion } = problem;
  return (
    <div className={styles['problem']}>
      <span id={id} role="status">
        <OctagonX size={14} aria-hidden />
        {column === undefined ? message : `Column ${String(column)}: ${message}`}
      </span>
      {suggestion === undefined ? null : (
        <Button small onMouseDown={(event) => event.preventDefault()} onClick={() => onMend(suggestion)}>
          {mendLabel(text, suggestion)}
          <kbd>Enter</kbd>
        </Button>
      )}
    </div>
  );
}
