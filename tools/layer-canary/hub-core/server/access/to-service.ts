export { secret } from '../service/secret.ts';
