export const inside = 'only index.ts may be imported';
