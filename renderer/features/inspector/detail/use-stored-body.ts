import { useEffect, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { readBody } from '../../../bridge/body.ts';
import type { BodyPart } from '../../../bridge/body.ts';
import type { ShownBody } from '../../../ui/body/body-view.tsx';
import { memorySource, RangeSource } from '../../../ui/body/byte-source.ts';
import { bodyPlan } from './body-plan.ts';

export type StoredPart = NonNullable<ExchangeDetail[BodyPart]>;

interface StoredBody {
  /** undefined while it is read. */
  readonly body: ShownBody | undefined;
  readonly error: Error | null;
  /** Reads everything; undefined when there is no more, or too much. */
  readonly loadAll: (() => void) | undefined;
}

const NOTHING = new Uint8Array();

/** Ranges of a body; undefined where it is read whole anyway. */
function useRanges(seq: number, part: BodyPart, { length, wanted }: { length: number; wanted: boolean }) {
  const [source, setSource] = useState<RangeSource>();
  useEffect(() => {
    if (!wanted) return;
    const made = new RangeSource(length, (offset, count, signal) =>
      readBody(seq, part, { offset, length: count, signal }),
    );
    setSource(made);
    return () => {
      setSource(undefined);
      made[Symbol.dispose]();
    };
  }, [seq, part, length, wanted]);
  return source;
}

/** The stored bytes of a part: all of them, the first of many, or ranges of very many. */
export function useStoredBody(seq: number, part: BodyPart, stored: StoredPart | null): StoredBody {
  const [all, setAll] = useState(false);
  const storedBytes = stored?.storedBytes ?? 0;
  const { readBytes, canLoadAll } = bodyPlan(storedBytes, all);
  const partial = readBytes < storedBytes;
  const { data: bytes, error } = useQuery({
    queryKey: ['body', seq, part, readBytes],
    queryFn: ({ signal }) => readBody(seq, part, { offset: 0, length: readBytes, signal }),
    staleTime: Infinity,
    gcTime: 10_000,
    enabled: readBytes > 0,
  });
  const ranges = useRanges(seq, part, { length: storedBytes, wanted: partial });
  const cut = partial || storedBytes < (stored?.totalBytes ?? 0);
  const body = useMemo((): ShownBody | undefined => {
    if (readBytes === 0 && !partial) return { bytes: NOTHING, partial: cut, source: memorySource(NOTHING) };
    if (readBytes > 0 && bytes === undefined) return undefined;
    if (!partial && bytes !== undefined) return { bytes, partial: cut, source: memorySource(bytes) };
    return ranges === undefined ? undefined : { bytes, partial: cut, source: ranges };
  }, [bytes, cut, partial, ranges, readBytes]);
  return { body, error, loadAll: canLoadAll ? () => setAll(true) : undefined };
}
