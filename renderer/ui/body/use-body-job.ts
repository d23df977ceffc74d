import { useEffect, useMemo, useState } from 'react';
import { Text } from '@codemirror/state';
import { errorText } from '../format.ts';
import { runBodyJob } from './body-job.ts';
import type { BodyJob, BodyResult } from './body-job.ts';
import { bodyThread } from './body-thread.ts';
import type { JsonIndex } from './json-index.ts';

/** Up to that size a body is worked on at once, so that it is there in the same frame. */
export const AT_ONCE_BYTES = 64_000;

export type JobState =
  | { readonly state: 'working' }
  /** `whole`: false while more is on its way. `exact`: false when bytes that are no UTF-8 are shown by a mark. */
  | { readonly state: 'text'; readonly text: Text; readonly whole: boolean; readonly exact: boolean }
  | { readonly state: 'tree'; readonly index: JsonIndex }
  | { readonly state: 'unfit'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

const WORKING: JobState = { state: 'working' };

/** A long text as a document: in pieces, since one of 20 MB would hold the page for too long. */
class TextBuilder {
  #text = Text.empty;

  add(piece: string): void {
    const lines = Text.of(piece.split(/\r\n?|\n/));
    this.#text = this.#text.length === 0 ? lines : this.#text.append(lines);
  }

  /** What there is of the text until now. */
  begun(): JobState {
    return { state: 'text', text: this.#text, whole: false, exact: true };
  }

  get isEmpty(): boolean {
    return this.#text.length === 0;
  }

  state(result: BodyResult): JobState {
    switch (result.kind) {
      case 'text':
        return { state: 'text', text: this.#text, whole: true, exact: result.exact };
      case 'tree':
        return { state: 'tree', index: result.index };
      case 'unfit':
        return { state: 'unfit', reason: result.reason };
    }
  }
}

function atOnce(job: BodyJob): JobState {
  const text = new TextBuilder();
  try {
    return text.state(runBodyJob(job, (piece) => text.add(piece)));
  } catch (error) {
    return { state: 'failed', reason: errorText(error) };
  }
}

/** What comes of a job: at once for a small body, else from the thread for bodies. A new object is a new job. */
export function useBodyJob(job: BodyJob): JobState {
  const small = job.bytes.length <= AT_ONCE_BYTES;
  const known = useMemo(() => (small ? atOnce(job) : undefined), [job, small]);
  const [later, setLater] = useState<{ readonly job: BodyJob; readonly state: JobState }>();
  useEffect(() => {
    if (small) return;
    const leaving = new AbortController();
    const text = new TextBuilder();
    bodyThread
      .run(
        job,
        (piece) => {
          const isFirst = text.isEmpty;
          text.add(piece);
          if (isFirst) setLater({ job, state: text.begun() });
        },
        leaving.signal,
      )
      .then(
        (result) => setLater({ job, state: text.state(result) }),
        (error: unknown) => {
          if (!leaving.signal.aborted) setLater({ job, state: { state: 'failed', reason: errorText(error) } });
        },
      );
    return () => leaving.abort(new Error('The body is no longer looked at'));
  }, [job, small]);
  if (known !== undefined) return known;
  return later?.job === job ? later.state : WORKING;
}
