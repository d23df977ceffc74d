export { secret } from '../../server/service/secret.ts';
