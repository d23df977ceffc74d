export { secret } from '../../hub-core/server/service/secret.ts';
