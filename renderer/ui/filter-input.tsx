import { Search } from 'lucide-react';
import { TextInput } from './field.tsx';
import styles from './filter-input.module.css';

interface FilterInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The filter of a short list. Esc clears it. */
export function FilterInput({ label, value, onChange }: FilterInputProps) {
  return (
    <div className={styles['filter']}>
      <Search size={14} aria-hidden />
      <TextInput
        data-page-filter
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('');
        }}
      />
    </div>
  );
}
