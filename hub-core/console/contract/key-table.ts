/** Every key of the console, for its pages and for the desktop app's menu. */

export type KeyGroup = 'Everywhere' | 'Pages' | 'In a list' | 'On an exchange' | 'On a selected row' | 'In Compose';

export interface KeyEntry {
  readonly id: string;
  readonly group: KeyGroup;
  readonly title: string;
  /** In tinykeys' notation, letters by character, so that they are where the layout has them; `$mod` is Ctrl, ⌘ on a Mac. Any of them does it. */
  readonly keys: readonly string[];
}

/** The help, the palette, the handlers and the menu all read this one table. */
export const KEY_TABLE = [
  { id: 'palette', group: 'Everywhere', title: 'Command palette', keys: ['$mod+k'] },
  { id: 'help', group: 'Everywhere', title: 'Keys and help', keys: ['[Shift]+?', 'F1'] },
  { id: 'focus-filter', group: 'Everywhere', title: 'Focus the filter', keys: ['/', '$mod+f'] },
  { id: 'search-bodies', group: 'Everywhere', title: 'Search bodies', keys: ['$mod+Shift+f'] },
  { id: 'refresh-sort', group: 'Everywhere', title: 'Refresh a sorted list', keys: ['F5'] },
  { id: 'toggle-dock', group: 'Everywhere', title: 'Jobs and log', keys: ['$mod+j'] },
  { id: 'detail-place', group: 'Everywhere', title: 'Detail on the right, below, hidden', keys: ['$mod+\\'] },
  { id: 'toggle-recording', group: 'Everywhere', title: 'Recording on or off', keys: ['$mod+e'] },
  { id: 'clear-capture', group: 'Everywhere', title: 'Clear capture', keys: ['$mod+Shift+k'] },
  { id: 'undo', group: 'Everywhere', title: 'Undo what was just done', keys: ['$mod+z'] },
  { id: 'new-request', group: 'Everywhere', title: 'New request', keys: ['$mod+n', 'Alt+KeyN'] },
  { id: 'theme', group: 'Everywhere', title: 'Theme: light, dark, high contrast', keys: ['$mod+Shift+d'] },
  { id: 'next-pane', group: 'Everywhere', title: 'Next pane', keys: ['F6'] },
  { id: 'previous-pane', group: 'Everywhere', title: 'Previous pane', keys: ['Shift+F6'] },
  { id: 'page-overview', group: 'Pages', title: 'Overview', keys: ['$mod+Digit1', 'Alt+Digit1'] },
  { id: 'page-inspector', group: 'Pages', title: 'Inspector', keys: ['$mod+Digit2', 'Alt+Digit2'] },
  { id: 'page-connections', group: 'Pages', title: 'Connections', keys: ['$mod+Digit3', 'Alt+Digit3'] },
  { id: 'page-services', group: 'Pages', title: 'Services', keys: ['$mod+Digit4', 'Alt+Digit4'] },
  { id: 'page-compose', group: 'Pages', title: 'Compose', keys: ['$mod+Digit5', 'Alt+Digit5'] },
  { id: 'page-clients', group: 'Pages', title: 'Clients', keys: ['$mod+Digit6', 'Alt+Digit6'] },
  { id: 'page-access', group: 'Pages', title: 'Access', keys: ['$mod+Digit9', 'Alt+Digit9'] },
  { id: 'list-down', group: 'In a list', title: 'Next row', keys: ['ArrowDown', 'j'] },
  { id: 'list-up', group: 'In a list', title: 'Previous row', keys: ['ArrowUp', 'k'] },
  { id: 'list-page-down', group: 'In a list', title: 'One page down', keys: ['PageDown'] },
  { id: 'list-page-up', group: 'In a list', title: 'One page up', keys: ['PageUp'] },
  { id: 'list-first', group: 'In a list', title: 'First row', keys: ['Home'] },
  { id: 'list-last', group: 'In a list', title: 'Last row', keys: ['End'] },
  { id: 'list-open', group: 'In a list', title: 'Open the detail and go there', keys: ['Enter'] },
  {
    id: 'list-clear',
    group: 'In a list',
    title: 'Let go of the selection, close the detail, clear the filter',
    keys: ['Escape'],
  },
  { id: 'list-edit', group: 'In a list', title: 'Edit and resend', keys: ['e'] },
  { id: 'list-resend', group: 'In a list', title: 'Resend unchanged', keys: ['r'] },
  { id: 'list-follow', group: 'In a list', title: 'Follow the end', keys: ['f'] },
  {
    id: 'list-space',
    group: 'In a list',
    title: 'Peek at an exchange; elsewhere choose the row beside others',
    keys: [' '],
  },
  {
    id: 'list-pair',
    group: 'In a list',
    title: 'Go to the other frame of the exchange, or to its frames',
    keys: ['p'],
  },
  { id: 'row-mark', group: 'On an exchange', title: 'Mark, with the next colour', keys: ['m'] },
  { id: 'row-mark-1', group: 'On an exchange', title: 'Mark 1, or unmark', keys: ['1'] },
  { id: 'row-mark-2', group: 'On an exchange', title: 'Mark 2, or unmark', keys: ['2'] },
  { id: 'row-mark-3', group: 'On an exchange', title: 'Mark 3, or unmark', keys: ['3'] },
  { id: 'row-mark-4', group: 'On an exchange', title: 'Mark 4, or unmark', keys: ['4'] },
  { id: 'row-mark-5', group: 'On an exchange', title: 'Mark 5, or unmark', keys: ['5'] },
  { id: 'row-mark-6', group: 'On an exchange', title: 'Mark 6, or unmark', keys: ['6'] },
  { id: 'row-comment', group: 'On an exchange', title: 'Comment and tags', keys: ['c'] },
  { id: 'row-hide', group: 'On an exchange', title: 'Hide rows like this', keys: ['x'] },
  { id: 'row-next-error', group: 'On an exchange', title: 'Next error', keys: [']'] },
  { id: 'row-previous-error', group: 'On an exchange', title: 'Previous error', keys: ['['] },
  { id: 'row-copy', group: 'On an exchange', title: 'Copy a line about each row', keys: ['$mod+c'] },
  { id: 'row-copy-as', group: 'On an exchange', title: 'Copy the request as…', keys: ['$mod+Shift+c'] },
  { id: 'row-choose', group: 'On an exchange', title: 'Choose the row beside others', keys: ['s', '$mod+ '] },
  { id: 'row-all', group: 'On an exchange', title: 'Select all rows', keys: ['$mod+a'] },
  { id: 'act-drain', group: 'On a selected row', title: 'Drain the provider', keys: ['d'] },
  { id: 'act-undrain', group: 'On a selected row', title: 'Undrain it, or let it back', keys: ['u'] },
  { id: 'act-eject', group: 'On a selected row', title: 'Eject it for a while', keys: ['t'] },
  { id: 'act-weigh', group: 'On a selected row', title: 'Set its weight', keys: ['w'] },
  { id: 'act-ping', group: 'On a selected row', title: 'Ping', keys: ['g'] },
  {
    id: 'act-remove',
    group: 'On a selected row',
    title: 'Close the connections chosen, or take the block off',
    keys: ['Delete'],
  },
  { id: 'send', group: 'In Compose', title: 'Send', keys: ['$mod+Enter'] },
] as const satisfies readonly KeyEntry[];

export type KeyId = (typeof KEY_TABLE)[number]['id'];
