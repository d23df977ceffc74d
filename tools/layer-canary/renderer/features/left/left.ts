export { right } from '../right/right.ts';
