// Generated from schemas/wprotocol.fbs by tools/codegen.mjs (flatc 25.9.23). Do not edit: run `npm run codegen`.
export const Kind = {
  Invalid: 0,
  Hello: 1,
  Welcome: 2,
  Request: 3,
  Response: 4,
  Cancel: 5,
  Data: 6,
  Credit: 7,
  Ping: 8,
  Pong: 9,
  Notice: 10,
  Goodbye: 11
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];
