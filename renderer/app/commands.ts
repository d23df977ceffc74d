import { setCaptureState, toggleRecording } from '../state/capture-actions.ts';
import { bridge, queryClient } from '../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../state/draft.ts';
import { showView } from '../state/frames.ts';
import type { InspectorView } from '../state/frames.ts';
import type { InspectorState } from '../state/inspector.ts';
import { EMPTY_COLUMN, refreshSort, startFilter, useInspector } from '../state/inspector.ts';
import { goTo, PAGE_TITLES, PAGES } from '../state/pages.ts';
import { usePanels } from '../state/panels.ts';
import { cycleDetailPlace, cycleTheme, THEME_NAMES, toggleDock } from '../state/preferences.ts';
import { errorText } from '../ui/format.ts';
import type { KeyId } from '../ui/keys.ts';
import { isNarrow } from '../ui/narrow.ts';
import { focusPane } from '../ui/panes.ts';
import { runToastAction, toast } from '../ui/toasts.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Its entry in the key table. */
  readonly key?: KeyId;
  /** Where a person types, the key is the field's own. */
  readonly notInText?: true;
  readonly run: () => void;
}

const report = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

async function runSamples(start: boolean): Promise<void> {
  const change = start ? bridge.hub.samples.start() : bridge.hub.samples.stop();
  await change.then(
    () => queryClient.invalidateQueries(),
    report(`Cannot ${start ? 'start' : 'stop'} the sample client and service`),
  );
}

/** Puts the cursor into the filter of the page that is open. */
function focusFilter(): void {
  const filter = document.querySelector('[data-page-filter]');
  if (filter instanceof HTMLElement) filter.focus();
}

function searchBodies(): void {
  goTo('inspector');
  startFilter('body:');
}

function showList(view: InspectorView): void {
  goTo('inspector');
  showView(view);
}

/** Opens one of the Inspector's dialogs. */
function onInspector(change: Partial<Pick<InspectorState, 'exporting' | 'highlighting' | 'columnDraft'>>): void {
  showList('exchanges');
  useInspector.setState(change);
}

function newRequest(): void {
  openDraft(EMPTY_DRAFT);
  goTo('compose');
}

/** Everything that the palette lists and keys start. */
export const COMMANDS: readonly Command[] = [
  ...PAGES.map((page): Command => ({
    id: `page-${page}`,
    title: `Go to ${PAGE_TITLES[page]}`,
    key: `page-${page}`,
    run: () => goTo(page),
  })),
  { id: 'new-request', title: 'New request', key: 'new-request', run: newRequest },
  { id: 'focus-filter', title: 'Focus the filter', key: 'focus-filter', run: focusFilter },
  { id: 'search-bodies', title: 'Search bodies', key: 'search-bodies', run: searchBodies },
  { id: 'refresh-sort', title: 'Refresh a sorted list', key: 'refresh-sort', run: refreshSort },
  { id: 'toggle-dock', title: 'Jobs and log', key: 'toggle-dock', run: toggleDock },
  {
    id: 'detail-place',
    title: 'Detail on the right, below, hidden',
    key: 'detail-place',
    run: () => toast({ title: `Detail: ${cycleDetailPlace(isNarrow())}` }),
  },
  { id: 'toggle-recording', title: 'Recording on or off', key: 'toggle-recording', run: () => void toggleRecording() },
  {
    id: 'headers-only',
    title: 'Record headers only, no bodies',
    run: () => void setCaptureState('headers-only'),
  },
  {
    id: 'clear-capture',
    title: 'Clear capture…',
    key: 'clear-capture',
    run: () => usePanels.setState({ clearCapture: true }),
  },
  { id: 'undo', title: 'Undo what was just done', key: 'undo', notInText: true, run: runToastAction },
  { id: 'show-exchanges', title: 'Show exchanges', run: () => showList('exchanges') },
  { id: 'show-frames', title: 'Show frames', run: () => showList('frames') },
  { id: 'export', title: 'Export…', run: () => onInspector({ exporting: 'chosen' }) },
  { id: 'highlight', title: 'Highlight rows…', run: () => onInspector({ highlighting: '' }) },
  { id: 'columns', title: 'Custom columns…', run: () => onInspector({ columnDraft: EMPTY_COLUMN }) },
  { id: 'samples-start', title: 'Start the sample client and service', run: () => void runSamples(true) },
  { id: 'samples-stop', title: 'Stop the sample client and service', run: () => void runSamples(false) },
  {
    id: 'theme',
    title: 'Theme: light, dark, high contrast',
    key: 'theme',
    run: () => toast({ title: `Theme: ${THEME_NAMES[cycleTheme()]}` }),
  },
  { id: 'help', title: 'Keys and help', key: 'help', run: () => usePanels.setState({ help: true }) },
];

/** Commands that only a key starts. */
const KEY_ONLY: readonly Command[] = [
  { id: 'palette', title: 'Command palette', key: 'palette', run: () => usePanels.setState({ palette: true }) },
  { id: 'next-pane', title: 'Next pane', key: 'next-pane', run: () => focusPane(1) },
  { id: 'previous-pane', title: 'Previous pane', key: 'previous-pane', run: () => focusPane(-1) },
];

export const KEYED_COMMANDS: ReadonlyMap<KeyId, Command> = new Map(
  [...COMMANDS, ...KEY_ONLY].flatMap((command) => (command.key === undefined ? [] : [[command.key, command]])),
);
