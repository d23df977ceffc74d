// Generated from schemas/wprotocol.fbs by tools/codegen.mjs (flatc 25.9.23). Do not edit: run `npm run codegen`.
export const Method = {
  Call: 0,
  Get: 1,
  Head: 2,
  Post: 3,
  Put: 4,
  Patch: 5,
  Delete: 6,
  Options: 7
} as const;
export type Method = (typeof Method)[keyof typeof Method];
