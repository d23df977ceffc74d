import { secret } from '#server/service/secret.ts';

export const aliasValue = secret.text;
