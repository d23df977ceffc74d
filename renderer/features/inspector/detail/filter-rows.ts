import { startFilter, useInspector } from '../../../state/inspector.ts';

/** Filters the list, or adds to the filter in its field without running it, for a person to go on with. */
export function filterRows(filter: string, apply: boolean): void {
  if (apply) useInspector.setState({ filter, follow: false });
  else startFilter(filter);
}
