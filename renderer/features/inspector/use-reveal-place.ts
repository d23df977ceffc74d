import { useEffect, useState } from 'react';
import { bridge } from '../../state/console.ts';
import { useInspector } from '../../state/inspector.ts';
import type { ExchangeList, ListState } from './exchange-list.ts';
import { placeOf } from './found-place.ts';
import type { FoundPlace } from './found-place.ts';

/** The place of the row that shall be brought into sight; null when there is none, or while the store is asked for it. */
export function useRevealPlace(list: ExchangeList, state: ListState): number | null {
  const revealSeq = useInspector((inspector) => inspector.revealSeq);
  const [found, setFound] = useState<FoundPlace>();
  const { queryId } = list;
  const { count } = state;
  useEffect(() => {
    if (revealSeq === null || queryId === undefined) return;
    let wanted = true;
    bridge.capture.place({ queryId, seq: revealSeq }).then(
      ({ place }) => {
        // A row that is not among the rows yet is looked for again when more came.
        if (wanted && place !== null) setFound({ queryId, seq: revealSeq, place });
      },
      (error: unknown) => console.warn('A row could not be found in the list', error),
    );
    return () => {
      wanted = false;
    };
  }, [revealSeq, queryId, count]);
  return revealSeq === null || queryId === undefined ? null : placeOf(found, { queryId, seq: revealSeq }, count);
}
