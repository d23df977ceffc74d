export { right } from '../features/right/right.ts';
