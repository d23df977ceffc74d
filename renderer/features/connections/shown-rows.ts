import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';

/** What is listed, with those from the history that are not; newest last, as the list has it. */
export function withHistory(
  rows: readonly ConnectionRow[],
  history: readonly ConnectionRow[],
): readonly ConnectionRow[] {
  const listed = new Set(rows.map((row) => row.id));
  return [...history.filter((row) => !listed.has(row.id)).toReversed(), ...rows];
}

export function connectionMatches(row: ConnectionRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const fields = [
    row.id,
    row.client ?? 'anonymous',
    row.agent,
    row.remoteAddress,
    row.state,
    row.part,
    row.transport,
    row.subprotocol,
    ...row.services,
  ];
  return wanted === '' || fields.some((field) => field.toLowerCase().includes(wanted));
}

/** How often the list is read: thousands of rows cost both sides more than a look a second is worth, ms. */
export function refreshMs(rows: number): number {
  return rows <= 1_000 ? 1_000 : rows <= 5_000 ? 2_000 : 4_000;
}

/** Those of the chosen that can still be closed; the selected one where none is chosen. */
export function closable(
  rows: readonly ConnectionRow[],
  marks: ReadonlySet<string>,
  selected: ConnectionRow | undefined,
): readonly ConnectionRow[] {
  const chosen = marks.size > 0 ? rows.filter((row) => marks.has(row.id)) : selected === undefined ? [] : [selected];
  return chosen.filter((row) => row.state !== 'closed');
}
