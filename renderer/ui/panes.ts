/** Where the focus goes in a pane: to the tab that is open, its list or tree, or the first thing that takes it. */
const TARGETS = [
  '[role="tab"][data-active]',
  '[role="grid"], [role="tree"]',
  'button:not(:disabled, [aria-label="Close detail"]), a, input, [tabindex="0"]',
] as const;

/** Those that show something: there may be no message to go to. */
const allPanes = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.childElementCount > 0);

function focusIn(pane: HTMLElement): void {
  for (const target of TARGETS) {
    // What is in a pane within this one is reached from there.
    const own = [...pane.querySelectorAll<HTMLElement>(target)].find((each) => each.closest('[data-pane]') === pane);
    if (own === undefined) continue;
    own.focus();
    return;
  }
  pane.focus();
}

/** Moves the focus to the next pane, or to the one before, around the window. */
export function focusPane(step: 1 | -1): void {
  const panes = allPanes();
  const here = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(here + step + panes.length) % panes.length];
  if (next !== undefined) focusIn(next);
}

/** Moves the focus from a list into the detail beside it, where there is one. */
export function focusPaneAfter(list: Element): void {
  const panes = allPanes();
  const here = panes.findLastIndex((pane) => pane.contains(list));
  const [pane, next] = [panes[here], panes[here + 1]];
  // The detail is of the same group of panes.
  if (pane === undefined || next === undefined || pane.closest('[data-group]') !== next.closest('[data-group]')) return;
  focusIn(next);
}
