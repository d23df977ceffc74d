import { useQuery } from '@tanstack/react-query';
import { bridge } from '../../state/console.ts';
import { filterTerms } from '../../state/filter-text.ts';
import { useInspector } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { withoutEach } from './without-each.ts';
import type { Relaxation } from './without-each.ts';
import styles from './inspector.module.css';

const WAIT_MS = 400;
const SHOWN = 3;

interface Counted extends Relaxation {
  readonly count: number;
}

async function countOf(relaxation: Relaxation): Promise<Counted[]> {
  const { queryId, count, complete } = await bridge.capture.open({ query: relaxation.filter, waitMs: WAIT_MS });
  await bridge.capture.close({ queryId });
  return complete && count > 0 ? [{ ...relaxation, count }] : [];
}

/** One after the other: the store has other things to do. */
async function countAll(filter: string): Promise<readonly Counted[]> {
  const found: Counted[] = [];
  for (const relaxation of withoutEach(filterTerms(filter) ?? [])) found.push(...(await countOf(relaxation)));
  return found.toSorted((one, other) => one.count - other.count).slice(0, SHOWN);
}

/** How many rows there would be without one of the filter's terms, the fewest first. */
export function Relaxations({ filter }: { readonly filter: string }) {
  const { data = [] } = useQuery({ queryKey: ['relaxations', filter], queryFn: () => countAll(filter) });
  if (data.length === 0) return null;
  return (
    <ul className={styles['relaxations']} aria-label="Nearest filters">
      {data.map(({ left, filter: relaxed, count }) => (
        <li key={left}>
          <Button small onClick={() => useInspector.setState({ filter: relaxed })}>
            without <code>{left}</code>: {formatCount(count)}
          </Button>
        </li>
      ))}
    </ul>
  );
}
