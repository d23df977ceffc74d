import type { RecordedChoice } from '../common/traffic/choices.ts';
import type { ExchangeEnd } from '../common/traffic/exchange.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** What a batch tells of exchanges that began in earlier ones, by number. */
export interface LaterNews {
  readonly ends: Map<number, ExchangeEnd>;
  readonly choices: Map<number, RecordedChoice[]>;
}

/** The same for one segment. */
export interface SegmentNews {
  readonly ends: ExchangeEnd[];
  readonly choices: (readonly [seq: number, choices: readonly RecordedChoice[]])[];
}

/** News by the segments that hold the exchanges; of those that are no longer stored they are left out. */
export function newsBySegment({ ends, choices }: LaterNews, segments: SegmentList): Map<Segment, SegmentNews> {
  const bySegment = new Map<Segment, SegmentNews>();
  const newsOf = (seq: number): SegmentNews | undefined => {
    const segment = segments.writable(seq);
    if (segment === undefined) return undefined;
    const news = bySegment.get(segment) ?? { ends: [], choices: [] };
    bySegment.set(segment, news);
    return news;
  };
  for (const end of ends.values()) newsOf(end.seq)?.ends.push(end);
  for (const [seq, itsChoices] of choices) newsOf(seq)?.choices.push([seq, itsChoices]);
  return bySegment;
}
