import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { BlockRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import { blockAgain } from './access-fields.ts';

/** Blocks and frees, each with what it says, and taken back by Undo. */
export function useBlockActions() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: hubQueries.blocks.key() });
  const add = useMutation(hubQueries.blocks.add.mutationOptions({ onSuccess: refresh }));
  const remove = useMutation(
    hubQueries.blocks.remove.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toast({ title: 'Cannot take the block off', description: errorText(error), tone: 'error' }),
    }),
  );
  const putBack = (row: BlockRow): void => {
    const again = blockAgain(row, Date.now());
    if (again === undefined) toast({ title: `The block of ${row.target} has run out meanwhile` });
    else
      add.mutate(again, { onError: (error) => toast({ title: 'Cannot block again', description: errorText(error) }) });
  };
  return {
    add,
    remove(row: BlockRow): void {
      remove.mutate(
        { kind: row.kind, target: row.target },
        {
          onSuccess: ({ removed }) =>
            toast(
              removed
                ? { title: `${row.target} may come in again`, action: { label: 'Undo', run: () => putBack(row) } }
                : { title: `${row.target} was not blocked any more` },
            ),
        },
      );
    },
  };
}
export type BlockActions = ReturnType<typeof useBlockActions>;
