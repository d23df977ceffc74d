import { useEffect, useRef, useState } from 'react';
import { useFeeds } from '../../state/feeds.ts';
import { useOverview } from '../../state/overview.ts';
import { errorsOf, newsText } from './strip-bins.ts';

const EVERY_MS = 5_000;

const counted = () => ({
  lastSeq: useFeeds.getState().watermark?.lastSeq ?? 0,
  errors: errorsOf(useOverview.getState().overview),
});

/** Tells those who listen what came: one sentence at most every five seconds, never one for each row. */
export function Announcer() {
  const [text, setText] = useState('');
  const before = useRef(counted());
  useEffect(() => {
    const timer = window.setInterval(() => {
      const now = counted();
      const news = newsText(before.current, now);
      before.current = now;
      if (news !== undefined) setText(news);
    }, EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <p className="visually-hidden" role="status" aria-label="News">
      {text}
    </p>
  );
}
