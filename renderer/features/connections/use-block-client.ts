import { useMutation, useQueryClient } from '@tanstack/react-query';
import { hubQueries } from '../../state/console.ts';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

const BLOCK_MS = 600_000;

/** Blocks a client for ten minutes, which closes its connections; taken back by Undo. */
export function useBlockClient() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries();
  const onError = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });
  const free = useMutation(
    hubQueries.blocks.remove.mutationOptions({ onSuccess: refresh, onError: onError('Cannot take the block off') }),
  );
  const block = useMutation(
    hubQueries.blocks.add.mutationOptions({
      onSuccess: ({ target }) => {
        toast({
          title: `“${target}” is blocked for 10 m`,
          description: 'Its connections are closed. The block stands on the page Access.',
          action: { label: 'Undo', run: () => free.mutate({ kind: 'client', target }) },
        });
        return refresh();
      },
      onError: onError('Cannot block the client'),
    }),
  );
  return {
    busy: block.isPending,
    block: (client: string): void =>
      block.mutate({ kind: 'client', target: client, reason: 'Blocked from the console', forMs: BLOCK_MS }),
  };
}
