import { describe, expect, it } from 'vitest';
import { Flag, Kind } from '../../common/protocol/message.ts';
import { dataPieces } from './link-size.ts';

describe('dataPieces', () => {
  it('[WR6] cuts a Data into pieces in order, of which only the last ends the stream', () => {
    const payload = Uint8Array.from({ length: 1_000 }, (_, at) => at % 256);
    const pieces = dataPieces({ kind: Kind.Data, flags: Flag.End, status: 500, payload }, 512 + 400);
    expect(pieces.map((piece) => [piece.kind, piece.flags, piece.status ?? 0, piece.payload?.length])).toEqual([
      [Kind.Data, 0, 0, 400],
      [Kind.Data, 0, 0, 400],
      [Kind.Data, Flag.End, 500, 200],
    ]);
    expect(Buffer.concat(pieces.map((piece) => piece.payload ?? new Uint8Array()))).toEqual(Buffer.from(payload));
  });
});
