import type { ComposeInput } from '../../../hub-core/console/contract/hub-contract.ts';

const METHODS: readonly ComposeInput['method'][] = ['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The method to try a route with: its first, GET where it takes any. */
export function methodToTry(first: string | undefined): ComposeInput['method'] {
  return METHODS.find((method) => method === first) ?? 'GET';
}
