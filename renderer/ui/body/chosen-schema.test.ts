import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { chosenSchema } from './chosen-schema.ts';

/** Descriptors of one message. */
const descriptors = (message: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    toBinary(
      FileDescriptorSetSchema,
      create(FileDescriptorSetSchema, { file: [{ name: `${message}.proto`, messageType: [{ name: message }] }] }),
    ),
  );

/** A file that is read when it is told to be. */
function heldFile(name: string) {
  const read = Promise.withResolvers<ArrayBuffer>();
  return { file: { name, size: 10, arrayBuffer: () => read.promise }, read };
}

describe('chosenSchema', () => {
  it('[UI101] is that of the file that was chosen last, whichever is read first', async () => {
    const [slow, fast] = [heldFile('slow.pb'), heldFile('fast.pb')];
    const first = chosenSchema(slow.file, 'protobuf', 'protobuf math request');
    const second = chosenSchema(fast.file, 'protobuf', 'protobuf math request');
    fast.read.resolve(descriptors('Fast').buffer);
    expect(await second).toMatchObject({ fileName: 'fast.pb', type: 'Fast' });
    slow.read.resolve(descriptors('Slow').buffer);
    expect(await first).toBeUndefined();
  });

  it('[UI101] is each file’s own for what differs', async () => {
    const [slow, fast] = [heldFile('slow.pb'), heldFile('fast.pb')];
    const first = chosenSchema(slow.file, 'protobuf', 'protobuf math request');
    const second = chosenSchema(fast.file, 'protobuf', 'protobuf math reply');
    fast.read.resolve(descriptors('Fast').buffer);
    slow.read.resolve(descriptors('Slow').buffer);
    expect((await Promise.all([first, second])).map((schema) => schema?.type)).toEqual(['Slow', 'Fast']);
  });

  it('[UI101] fails when the file is none, unless another was chosen meanwhile', async () => {
    const [left, wrong] = [heldFile('left.pb'), heldFile('wrong.pb')];
    const first = chosenSchema(left.file, 'protobuf', 'protobuf math request');
    const second = chosenSchema(wrong.file, 'protobuf', 'protobuf math request');
    left.read.reject(new Error('it is gone'));
    expect(await first).toBeUndefined();
    wrong.read.resolve(new ArrayBuffer(0));
    await expect(second).rejects.toThrow('it has no types');
  });
});
