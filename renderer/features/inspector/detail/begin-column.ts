import type { BodyPart } from '../../../bridge/body.ts';
import { useCustomColumns } from '../../../state/custom-columns.ts';
import { useInspector } from '../../../state/inspector.ts';
import { nameFor } from '../column-text.ts';

/** Opens the form for a column that shows the value at a path, for a person to name and add. */
export function beginColumn(path: string, side: BodyPart): void {
  const { defined } = useCustomColumns.getState();
  useInspector.setState({ columnDraft: { name: nameFor(path, defined), path, side } });
}
