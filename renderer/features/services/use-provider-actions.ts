import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ProviderRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { errorText, formatAge } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

export interface ProviderActions {
  readonly busy: boolean;
  drain(provider: ProviderRow): void;
  /** Ends a drain or an ejection. */
  undrain(provider: ProviderRow): void;
  eject(provider: ProviderRow, forMs: number): void;
  setWeight(provider: ProviderRow, weight: number): void;
}

interface Told {
  readonly provider: string;
  readonly done: string;
  /** False when there was nothing to do it to. */
  readonly found: boolean;
  readonly undo?: () => void;
}

function tell({ provider, done, found, undo }: Told): void {
  if (!found) toast({ title: `${provider} was gone already` });
  else toast({ title: `${provider} ${done}`, ...(undo === undefined ? {} : { action: { label: 'Undo', run: undo } }) });
}

/** What can be done to a provider of a service, each with what it says, and taken back where it can be. */
export function useProviderActions(service: string): ProviderActions {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: hubQueries.services.key() });
  const onError = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

  const undrain = useMutation(
    hubQueries.services.undrain.mutationOptions({
      onSuccess: ({ undrained }, { provider }) => {
        tell({ provider, done: 'gets new work again', found: undrained });
        return refresh();
      },
      onError: onError('Cannot undrain the provider'),
    }),
  );
  const back = (provider: string) => (): void => undrain.mutate({ service, provider });
  const drain = useMutation(
    hubQueries.services.drain.mutationOptions({
      onSuccess: ({ draining }, { provider }) => {
        tell({ provider, done: 'gets nothing new', found: draining, undo: back(provider) });
        return refresh();
      },
      onError: onError('Cannot drain the provider'),
    }),
  );
  const eject = useMutation(
    hubQueries.services.eject.mutationOptions({
      onSuccess: ({ ejected }, { provider, forMs }) => {
        tell({ provider, done: `is out for ${formatAge(forMs)}`, found: ejected, undo: back(provider) });
        return refresh();
      },
      onError: onError('Cannot eject the provider'),
    }),
  );
  const weigh = useMutation(
    hubQueries.services.setWeight.mutationOptions({
      onSuccess: refresh,
      onError: onError('Cannot set the weight'),
    }),
  );
  const setWeight = (provider: ProviderRow, weight: number): void =>
    weigh.mutate(
      { service, provider: provider.id, weight },
      {
        onSuccess: ({ set }) =>
          tell({
            provider: provider.id,
            done: `has weight ${String(weight)}`,
            found: set,
            undo: () => weigh.mutate({ service, provider: provider.id, weight: provider.weight }),
          }),
      },
    );

  return {
    busy: [drain, undrain, eject, weigh].some((mutation) => mutation.isPending),
    drain: ({ id }) => drain.mutate({ service, provider: id }),
    undrain: ({ id }) => undrain.mutate({ service, provider: id }),
    eject: ({ id }, forMs) => eject.mutate({ service, provider: id, forMs }),
    setWeight,
  };
}
