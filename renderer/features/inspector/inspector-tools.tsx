import { useRef } from 'react';
import { CircleDot, CirclePause, Download, Highlighter, Plus, Trash2, Upload } from 'lucide-react';
import { isPaused, toggleRecording } from '../../state/capture-actions.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { useFeeds } from '../../state/feeds.ts';
import { useInspector } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { usePanels } from '../../state/panels.ts';
import { Button } from '../../ui/button.tsx';
import { keyHint } from '../../ui/keys.ts';
import { FoldingLabel, Spacer } from '../../ui/page.tsx';
import { ColumnMenu } from './column-menu.tsx';
import { DetailPlaceButton } from './detail-place-button.tsx';
import { FollowButton } from './follow-button.tsx';
import { importFiles } from './transfer/import-files.ts';

function newRequest(): void {
  openDraft(EMPTY_DRAFT);
  goTo('compose');
}

function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        small
        variant="ghost"
        title="Import…"
        icon={<Upload size={14} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        <FoldingLabel>Import…</FoldingLabel>
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept=".ndjson,.har,.whub"
        aria-label="Files to import"
        onChange={(event) => {
          void importFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

/** Of its own, so that scrolling away from the end draws it and not all tools. */
function FollowExchanges() {
  const follow = useInspector((state) => state.follow);
  return <FollowButton follow={follow} onToggle={() => useInspector.setState({ follow: !follow, sort: null })} />;
}

/** The page's tools: recording, following, what the list shows, and what goes in and out. */
export function InspectorTools() {
  const paused = useFeeds((feeds) => isPaused(feeds.watermark?.state));
  return (
    <>
      <Button
        variant={paused ? 'primary' : 'default'}
        small
        title={keyHint('toggle-recording')}
        icon={paused ? <CircleDot size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => void toggleRecording()}
      >
        {paused ? 'Record' : 'Pause'}
      </Button>
      <Button
        small
        variant="ghost"
        title={keyHint('clear-capture')}
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => usePanels.setState({ clearCapture: true })}
      >
        Clear…
      </Button>
      <FollowExchanges />
      <Spacer />
      <DetailPlaceButton />
      <ColumnMenu />
      <Button
        small
        variant="ghost"
        title="Highlight…"
        icon={<Highlighter size={14} aria-hidden />}
        onClick={() => useInspector.setState(({ filter }) => ({ highlighting: filter }))}
      >
        <FoldingLabel>Highlight…</FoldingLabel>
      </Button>
      <ImportButton />
      <Button
        small
        variant="ghost"
        title="Export…"
        icon={<Download size={14} aria-hidden />}
        onClick={() => useInspector.setState({ exporting: 'chosen' })}
      >
        <FoldingLabel>Export…</FoldingLabel>
      </Button>
      <Button small title={keyHint('new-request')} icon={<Plus size={14} aria-hidden />} onClick={newRequest}>
        New request
      </Button>
    </>
  );
}
