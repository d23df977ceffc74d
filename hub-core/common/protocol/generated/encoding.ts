// Generated from schemas/wprotocol.fbs by tools/codegen.mjs (flatc 25.9.23). Do not edit: run `npm run codegen`.
export const Encoding = {
  Bytes: 0,
  Json: 1,
  Text: 2,
  FlatBuffer: 3,
  MessagePack: 4,
  Cbor: 5,
  Other: 6
} as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];
