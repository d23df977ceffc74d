import { diagnose } from 'cbor2/diagnostic';
import { readFlatBuffer } from './flat-buffer.ts';
import { readMessagePack } from './message-pack.ts';
import { notationOf } from './notation.ts';
import { readProtobuf } from './protobuf.ts';

/** What a body shall be read as. */
export type DecodeRequest =
  | { readonly format: 'messagepack' }
  | { readonly format: 'cbor' }
  /** `schema`: a .bfbs file. `type`: a table's name, '' = the schema's root. */
  | { readonly format: 'flatbuffer'; readonly schema: Uint8Array; readonly type: string }
  /** `schema`: a set of file descriptors. `type`: a message's full name. */
  | { readonly format: 'protobuf'; readonly schema: Uint8Array; readonly type: string };

type DecodedBody =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'unfit'; readonly reason: string };

export const DECODED_NAMES: Readonly<Record<DecodeRequest['format'], string>> = {
  messagepack: 'MessagePack',
  cbor: 'CBOR',
  flatbuffer: 'FlatBuffers',
  protobuf: 'Protobuf',
};

function read(bytes: Uint8Array, request: DecodeRequest): string {
  switch (request.format) {
    case 'messagepack':
      return readMessagePack(bytes).map(notationOf).join('\n');
    case 'cbor':
      return diagnose(bytes, { pretty: true });
    case 'flatbuffer':
      return notationOf(readFlatBuffer(bytes, request.schema, request.type));
    case 'protobuf':
      return notationOf(readProtobuf(bytes, request.schema, request.type));
  }
}

/** A body in a binary format as text, in the notation of {@link notationOf}; or why it cannot be read so. */
export function decodeBody(bytes: Uint8Array, request: DecodeRequest): DecodedBody {
  try {
    return { kind: 'text', text: read(bytes, request) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'unfit', reason: `Cannot read this as ${DECODED_NAMES[request.format]}: ${reason}` };
  }
}
