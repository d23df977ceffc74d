import { cx } from '../../../ui/cx.ts';
import { formatCount } from '../../../ui/format.ts';
import type { Offer } from './completion-offers.ts';
import styles from './filter.module.css';

interface CompletionListProps {
  readonly id: string;
  readonly offers: readonly Offer[];
  readonly active: number;
  readonly onPick: (offer: Offer) => void;
}

/** What can stand at the cursor: keys, or values that were seen, with the number of rows that have them. */
export function CompletionList({ id, offers, active, onPick }: CompletionListProps) {
  if (offers.length === 0) return null;
  return (
    <ul id={`${id}-list`} role="listbox" aria-label="Completions" className={styles['offers']}>
      {offers.map((offer, place) => (
        <li
          key={`${offer.text} ${offer.about}`}
          id={`${id}-${String(place)}`}
          role="option"
          aria-selected={place === active}
          className={cx(styles['offer'], place === active && styles['active'])}
          // The field keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(offer);
          }}
        >
          <span className={styles['offerText']}>{offer.text}</span>
          <span className={styles['about']}>{offer.count === undefined ? offer.about : formatCount(offer.count)}</span>
        </li>
      ))}
    </ul>
  );
}
