import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RowSort } from '../../../hub-core/console/contract/browse-contract.ts';
import { bridge } from '../../state/console.ts';
import { useCustomColumns } from '../../state/custom-columns.ts';
import { useFeeds } from '../../state/feeds.ts';
import { ExchangeList } from './exchange-list.ts';
import type { ListState } from './exchange-list.ts';

interface ListWish {
  readonly filter: string;
  readonly sort: RowSort | null;
  /** A sorted list is opened anew when it grows. */
  readonly sortGeneration: number;
}

/** The rows that match `filter`, kept up to date while the page is open. */
export function useExchangeList({ filter, sort, sortGeneration }: ListWish): {
  readonly list: ExchangeList;
  readonly state: ListState;
} {
  const [list, setList] = useState(() => new ExchangeList(bridge.capture));
  const watermark = useFeeds((feeds) => feeds.watermark);

  useEffect(() => {
    // React may run an effect twice: a list that was disposed is not used again.
    if (list.isDisposed) setList(new ExchangeList(bridge.capture));
    return () => list.dispose();
  }, [list]);
  useEffect(() => {
    if (watermark !== undefined) list.setWatermark(watermark);
  }, [list, watermark]);
  useEffect(() => list.setQuery(filter, sort), [list, filter, sort]);
  // Rows that ended long ago have other values by now.
  const columnGeneration = useCustomColumns((state) => state.generation);
  useEffect(() => list.invalidate(), [list, columnGeneration]);
  const generation = useRef(sortGeneration);
  useEffect(() => {
    if (generation.current !== sortGeneration) list.reopen();
    generation.current = sortGeneration;
  }, [list, sortGeneration]);

  return { list, state: useSyncExternalStore(list.subscribe, list.state) };
}
