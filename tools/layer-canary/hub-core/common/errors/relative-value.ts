import { secret } from '../../server/service/secret.ts';

export const relativeValue = secret.text;
