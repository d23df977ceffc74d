import { useMutation, useQueryClient } from '@tanstack/react-query';
import { hubQueries } from '../../state/console.ts';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

/** What can be done to a client, each with what it says when it worked or did not. */
export function useClientActions() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: hubQueries.clients.key() });
  const onError = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

  const restore = useMutation(
    hubQueries.clients.restore.mutationOptions({
      onSuccess: (_, { client }) => {
        toast({ title: `“${client}” works again` });
        return refresh();
      },
      onError: onError('Cannot take the revocation back'),
    }),
  );
  const revoke = useMutation(
    hubQueries.clients.revoke.mutationOptions({
      onSuccess: (_, { client }) => {
        toast({
          title: `“${client}” revoked`,
          description: 'Its keys stopped working and its connections are closed',
          action: { label: 'Undo', run: () => restore.mutate({ client }) },
        });
        return refresh();
      },
      onError: onError('Cannot revoke the client'),
    }),
  );
  const revokeCredential = useMutation(
    hubQueries.clients.revokeCredential.mutationOptions({
      onSuccess: () => {
        toast({ title: 'Key revoked' });
        return refresh();
      },
      onError: onError('Cannot revoke the key'),
    }),
  );
  const addCredential = useMutation(
    hubQueries.clients.addCredential.mutationOptions({ onSuccess: refresh, onError: onError('Cannot add a key') }),
  );
  const register = useMutation(hubQueries.clients.register.mutationOptions({ onSuccess: refresh }));
  const setGrants = useMutation(
    hubQueries.clients.setGrants.mutationOptions({
      onSuccess: (row) => {
        toast({ title: `Grants of “${row.client}” changed` });
        return refresh();
      },
    }),
  );
  return { restore, revoke, revokeCredential, addCredential, register, setGrants };
}

export type ClientActions = ReturnType<typeof useClientActions>;
