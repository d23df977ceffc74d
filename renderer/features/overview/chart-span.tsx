import { useQuery } from '@tanstack/react-query';
import { create } from 'zustand';
import { bridge } from '../../state/console.ts';
import { withTimes } from '../../state/filter-text.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { plural } from '../../ui/format.ts';

interface ChartSpan {
  /** What was dragged out on a chart; wall time. */
  readonly span: { readonly fromMs: number; readonly toMs: number } | undefined;
}

export const useChartSpan = create<ChartSpan>()(() => ({ span: undefined }));

const WAIT_MS = 2_000;

async function countOf(filter: string): Promise<number> {
  const { queryId, count } = await bridge.capture.open({ query: filter, waitMs: WAIT_MS });
  await bridge.capture.close({ queryId });
  return count;
}

function show(filter: string): void {
  useChartSpan.setState({ span: undefined });
  showRows(filter);
  goTo('inspector');
}

/** Leads from a span of time on the charts, or without one from all that they show, to its messages. */
export function ShowSpan({ minutes }: { readonly minutes: number }) {
  const span = useChartSpan((state) => state.span);
  const filter = span === undefined ? `last:${String(minutes)}m` : withTimes('', span.fromMs, span.toMs);
  const { data: count } = useQuery({
    queryKey: ['span', filter],
    queryFn: () => countOf(filter),
    enabled: span !== undefined,
  });
  const what = span === undefined || count === undefined ? 'these messages' : `these ${plural(count, 'message')}`;
  return (
    <Button small variant={span === undefined ? 'ghost' : 'primary'} onClick={() => show(filter)}>
      Show {what} in Inspector
    </Button>
  );
}
