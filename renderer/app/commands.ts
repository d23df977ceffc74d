import { setCaptureState, toggleRecording } from '../state/capture-actions.ts';
import { bridge, queryClient } from '../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../state/draft.ts';
import { refreshSort, startFilter } from '../state/inspector.ts';
import { goTo, PAGE_TITLES, PAGES } from '../state/pages.ts';
import { usePanels } from '../state/panels.ts';
import { cycleDetailPlace, cycleTheme, toggleDock } from '../state/preferences.ts';
import { errorText } from '../ui/format.ts';
import type { KeyId } from '../ui/keys.ts';
import { toast } from '../ui/toasts.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Its entry in the key table. */
  readonly key?: KeyId;
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

function newRequest(): void {
  openDraft(EMPTY_DRAFT);
  goTo('compose');
}

/** Moves the focus to the next pane, or to the one before, around the window. */
function focusPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  const here = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(here + step + panes.length) % panes.length];
  if (next === undefined) return;
  const target = next.querySelector<HTMLElement>('[role="grid"], [role="tree"], button, a, input, [tabindex="0"]');
  (target ?? next).focus();
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
    run: () => toast({ title: `Detail: ${cycleDetailPlace()}` }),
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
  { id: 'samples-start', title: 'Start the sample client and service', run: () => void runSamples(true) },
  { id: 'samples-stop', title: 'Stop the sample client and service', run: () => void runSamples(false) },
  {
    id: 'theme',
    title: 'Theme: system, light, dark',
    key: 'theme',
    run: () => toast({ title: `Theme: ${cycleTheme()}` }),
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
