import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';

export interface UriSuggestion {
  readonly uri: string;
  readonly methods: string;
}

/** Every route of every service as a uri to start from; its parameters are left in place to be filled in. */
export function uriSuggestions(services: readonly ServiceRow[]): readonly UriSuggestion[] {
  return services
    .toSorted((left, right) => Number(left.builtIn) - Number(right.builtIn) || left.id.localeCompare(right.id))
    .flatMap((service) =>
      service.routes.map((route) => ({
        uri: `/${service.id}${route.pattern}`,
        methods: route.methods.length === 0 ? 'any' : route.methods.join(' '),
      })),
    );
}

const SHOWN = 10;

/** The suggestions that hold what was typed; none when it is one of them already. */
export function matchingSuggestions(all: readonly UriSuggestion[], typed: string): readonly UriSuggestion[] {
  const wanted = typed.trim().toLowerCase();
  if (all.some(({ uri }) => uri === typed)) return [];
  return all.filter(({ uri }) => uri.toLowerCase().includes(wanted)).slice(0, SHOWN);
}
