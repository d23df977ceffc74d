export { inside } from '../two/inside.ts';
