import type { Method } from '../../../common/protocol/message.ts';
import type { BuiltInAccess } from '../built-in.ts';
import type { JsonSchema } from '../route-definition.ts';

/** A route as its description shows it, a client's or one of the hub's own. */
export interface DescribedRoute {
  readonly pattern: string;
  /** Empty = all. */
  readonly methods: readonly Method[];
  readonly summary: string;
  readonly requestSchema: JsonSchema | undefined;
  readonly responseSchema: JsonSchema | undefined;
  /** Who may ask; undefined = by grants. */
  readonly access: BuiltInAccess | undefined;
}

export interface DescribedService {
  readonly id: string;
  readonly description: string;
  readonly version: string;
  readonly routes: readonly DescribedRoute[];
}
