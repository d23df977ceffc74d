import { useMutation } from '@tanstack/react-query';
import { create } from 'zustand';
import { errorText, formatMs } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { hubQueries } from './console.ts';

interface RoundTrips {
  /** The latest of each connection that was asked, ms. */
  readonly latestMs: ReadonlyMap<string, number>;
}

const useRoundTrips = create<RoundTrips>()(() => ({ latestMs: new Map() }));

/** Most that are remembered: connections come and go. */
const KEPT = 1_000;

function note(connection: string, ms: number): void {
  useRoundTrips.setState(({ latestMs }) => {
    const others = [...latestMs].filter(([id]) => id !== connection).slice(1 - KEPT);
    return { latestMs: new Map([...others, [connection, ms]]) };
  });
}

/** Asks a connection for a Pong and remembers how long it took. */
export function usePing() {
  return useMutation(
    hubQueries.connections.ping.mutationOptions({
      onSuccess: ({ roundTripMs }, { connection }) => {
        if (roundTripMs === null) {
          toast({ title: `Connection ${connection} was gone already` });
          return;
        }
        note(connection, roundTripMs);
        toast({ title: `${connection} answered in ${formatMs(roundTripMs)}` });
      },
      onError: (error, { connection }) =>
        toast({ title: `${connection} did not answer`, description: errorText(error), tone: 'error' }),
    }),
  );
}

/** The latest round trip of a connection, as text. */
export function useRoundTripText(connection: string): string {
  const ms = useRoundTrips((state) => state.latestMs.get(connection));
  return ms === undefined ? 'not measured' : formatMs(ms);
}
