import type { ExchangeList, ListState } from '../exchange-list.ts';
import { ViewSwitch } from '../view-switch.tsx';
import { FilterChips } from './filter-chips.tsx';
import { FilterField } from './filter-field.tsx';
import { SavedFiltersMenu } from './saved-filters-menu.tsx';
import { SearchProgress } from './search-progress.tsx';
import styles from './filter.module.css';

interface FilterBarProps {
  readonly list: ExchangeList;
  readonly state: ListState;
}

/** The filter of the rows, what is wrong with it, and how many rows match. */
export function FilterBar({ list, state }: FilterBarProps) {
  return (
    <div role="search" aria-label="Exchanges" className={styles['bar']}>
      <div className={styles['row']}>
        <ViewSwitch />
        <FilterField state={state} />
        <SavedFiltersMenu />
        <SearchProgress list={list} state={state} />
      </div>
      <FilterChips />
    </div>
  );
}
