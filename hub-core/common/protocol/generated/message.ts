// Generated from schemas/wprotocol.fbs by tools/codegen.mjs (flatc 25.9.23). Do not edit: run `npm run codegen`.
import * as flatbuffers from 'flatbuffers';

import { Encoding } from './encoding.ts';
import { Header } from './header.ts';
import { Kind } from './kind.ts';
import { Method } from './method.ts';


export class Message {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Message {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsMessage(bb:flatbuffers.ByteBuffer, obj?:Message):Message {
  return (obj || new Message()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsMessage(bb:flatbuffers.ByteBuffer, obj?:Message):Message {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Message()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static bufferHasIdentifier(bb:flatbuffers.ByteBuffer):boolean {
  return bb.__has_identifier('WHB1');
}

kind():Kind {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (this.bb!.readUint8(this.bb_pos + offset) as Kind) : Kind.Invalid;
}

method():Method {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (this.bb!.readUint8(this.bb_pos + offset) as Method) : Method.Call;
}

/**
 * Bit 0 Stream, bit 1 End, bit 2 OneWay, bit 3 Idempotent; the others are 0.
 */
flags():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
}

/**
 * Of the payload.
 */
encoding():Encoding {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (this.bb!.readUint8(this.bb_pos + offset) as Encoding) : Encoding.Bytes;
}

status():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

/**
 * Stored even when 0: the hub patches it in place.
 */
id():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

/**
 * Stored even when 0: the hub patches it in place.
 */
timeoutMs():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

uri():string|null
uri(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
uri(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

from():string|null
from(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
from(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

to():string|null
to(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
to(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

headers(index: number, obj?:Header):Header|null {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? (obj || new Header()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

headersLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

payload(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

payloadLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

payloadArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

credit():number {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startMessage(builder:flatbuffers.Builder) {
  builder.startObject(13);
}

static addKind(builder:flatbuffers.Builder, kind:Kind) {
  builder.addFieldInt8(0, kind, Kind.Invalid);
}

static addMethod(builder:flatbuffers.Builder, method:Method) {
  builder.addFieldInt8(1, method, Method.Call);
}

static addFlags(builder:flatbuffers.Builder, flags:number) {
  builder.addFieldInt8(2, flags, 0);
}

static addEncoding(builder:flatbuffers.Builder, encoding:Encoding) {
  builder.addFieldInt8(3, encoding, Encoding.Bytes);
}

static addStatus(builder:flatbuffers.Builder, status:number) {
  builder.addFieldInt16(4, status, 0);
}

static addId(builder:flatbuffers.Builder, id:number) {
  builder.addFieldInt32(5, id, 0);
}

static addTimeoutMs(builder:flatbuffers.Builder, timeoutMs:number) {
  builder.addFieldInt32(6, timeoutMs, 0);
}

static addUri(builder:flatbuffers.Builder, uriOffset:flatbuffers.Offset) {
  builder.addFieldOffset(7, uriOffset, 0);
}

static addFrom(builder:flatbuffers.Builder, fromOffset:flatbuffers.Offset) {
  builder.addFieldOffset(8, fromOffset, 0);
}

static addTo(builder:flatbuffers.Builder, toOffset:flatbuffers.Offset) {
  builder.addFieldOffset(9, toOffset, 0);
}

static addHeaders(builder:flatbuffers.Builder, headersOffset:flatbuffers.Offset) {
  builder.addFieldOffset(10, headersOffset, 0);
}

static createHeadersVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startHeadersVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addPayload(builder:flatbuffers.Builder, payloadOffset:flatbuffers.Offset) {
  builder.addFieldOffset(11, payloadOffset, 0);
}

static createPayloadVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startPayloadVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addCredit(builder:flatbuffers.Builder, credit:number) {
  builder.addFieldInt32(12, credit, 0);
}

static endMessage(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static finishMessageBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset, 'WHB1');
}

static finishSizePrefixedMessageBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset, 'WHB1', true);
}

static createMessage(builder:flatbuffers.Builder, kind:Kind, method:Method, flags:number, encoding:Encoding, status:number, id:number, timeoutMs:number, uriOffset:flatbuffers.Offset, fromOffset:flatbuffers.Offset, toOffset:flatbuffers.Offset, headersOffset:flatbuffers.Offset, payloadOffset:flatbuffers.Offset, credit:number):flatbuffers.Offset {
  Message.startMessage(builder);
  Message.addKind(builder, kind);
  Message.addMethod(builder, method);
  Message.addFlags(builder, flags);
  Message.addEncoding(builder, encoding);
  Message.addStatus(builder, status);
  Message.addId(builder, id);
  Message.addTimeoutMs(builder, timeoutMs);
  Message.addUri(builder, uriOffset);
  Message.addFrom(builder, fromOffset);
  Message.addTo(builder, toOffset);
  Message.addHeaders(builder, headersOffset);
  Message.addPayload(builder, payloadOffset);
  Message.addCredit(builder, credit);
  return Message.endMessage(builder);
}
}
