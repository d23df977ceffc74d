import type { Secret } from '../../server/service/secret.ts';

export type RelativeType = Secret;
