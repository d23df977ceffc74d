import { methodWord } from '../../common/protocol/words.ts';
import type { BuiltInTarget } from './built-in-target.ts';
import { describesOnly } from './contracts/service-contracts.ts';
import type { TargetService } from './relayed-exchange.ts';
import type { JsonSchema } from './route-definition.ts';

/** What one route promises. */
export interface RouteContractView {
  readonly pattern: string;
  /** Empty: all. */
  readonly methods: readonly string[];
  readonly requestSchema: JsonSchema | undefined;
  readonly responseSchema: JsonSchema | undefined;
  readonly idempotent: boolean;
  /** Undefined: the hub's default. */
  readonly timeoutMs: number | undefined;
  readonly stream: boolean;
}

/** What a service announced of itself. */
export interface ContractView {
  /** False when its schemas only describe: nothing is refused for breaking them. */
  readonly enforced: boolean;
  /** In the order of its routes. */
  readonly routes: readonly RouteContractView[];
}

export function contractOf({ definition }: TargetService): ContractView {
  const routes = definition.routes.map(({ methods, ...route }) => ({
    ...route,
    methods: methods.map((method) => methodWord(method)),
  }));
  return { enforced: !describesOnly(definition), routes };
}

export function builtInContractOf({ service }: BuiltInTarget): ContractView {
  const routes = service.routes.map(({ pattern, methods, requestSchema, responseSchema }) => ({
    pattern,
    methods: methods.flatMap((method) => (method === 'any' ? [] : [methodWord(method)])),
    requestSchema,
    responseSchema,
    idempotent: false,
    timeoutMs: undefined,
    stream: false,
  }));
  return { enforced: true, routes };
}
