/**
 * `npm run test:fuzz -- --frames 1000000 --seed 1`: so many hostile frames for each codec. Each has to decode, with every member
 * readable and able to be sent on, or to be refused with a ProtocolError; 1 when one does neither.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { createJsonCodec } from '../../common/protocol/json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { hostileFrame } from '../support/hostile-frames.ts';

const BATCH = 10_000;

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});

function wholeNumber(name: 'frames' | 'seed', fallback: number): number {
  const given = values[name];
  if (given === undefined) return fallback;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`Cannot use --${name} "${given}": give a whole number`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns whether the frame is a message; throws for what a codec may not do */
function takes(codec: Codec, frame: Uint8Array): boolean {
  let message;
  try {
    message = codec.decode(frame);
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
  // Members are read when they are asked for: all of them, and nothing that was not sent.
  const { headers, uri = '', from = '', to = '', payload } = message;
  const bytes = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (bytes + uri.length + from.length + to.length + payload.byteLength > 64 * frame.byteLength)
    throw new Error('more came out of the frame than was in it');
  return true;
}

function fuzz(codec: Codec, frames: number, seed: number): void {
  const arbitrary = hostileFrame(codec);
  let taken = 0;
  const startedMs = performance.now();
  for (let done = 0; done < frames; done += BATCH) {
    const batchSeed = seed + done / BATCH;
    for (const frame of fc.sample(arbitrary, { numRuns: Math.min(BATCH, frames - done), seed: batchSeed })) {
      try {
        if (takes(codec, frame)) taken += 1;
      } catch (error) {
        print(`✗ seed ${String(batchSeed)}, frame ${Buffer.from(frame).toString('hex')}: ${String(error)}`);
        process.exitCode = 1;
      }
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  print(
    `${codec.subprotocol}  ${String(frames)} frames in ${seconds.toFixed(1)} s: ${String(taken)} decoded, ${String(frames - taken)} refused`,
  );
}

const frames = wholeNumber('frames', 1_000_000);
const firstSeed = wholeNumber('seed', Math.floor(Math.random() * 1e8));
print(`seed ${String(firstSeed)}`);
fuzz(createBinaryCodec(DEFAULT_CODEC_LIMITS), frames, firstSeed);
fuzz(createJsonCodec(DEFAULT_CODEC_LIMITS), frames, firstSeed);
print(process.exitCode === 1 ? 'bad' : 'good');
