import { describe, expect, it } from 'vitest';
import { bodyAnswer, parseBodyPath } from './body-answer.ts';

const STORED = Uint8Array.from({ length: 2_500_000 }, (_, index) => index % 251);

const readBody: Parameters<typeof bodyAnswer>[2] = async (seq, part, offset, length) =>
  seq === 7 && part === 'reply'
    ? { bytes: STORED.slice(offset, offset + length), offset, totalBytes: STORED.length }
    : undefined;

const answer = (range: string | null): Promise<Response> => bodyAnswer({ seq: 7, part: 'reply' }, range, readBody);
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer());

describe('parseBodyPath()', () => {
  it('[EL5] parseBodyPath() reads a row and a part', () => {
    expect(parseBodyPath('/console/body/12/request')).toEqual({ seq: 12, part: 'request' });
    expect(parseBodyPath('/console/body/12/reply')).toEqual({ seq: 12, part: 'reply' });
  });

  it.each([
    '/console/body/0/reply',
    '/console/body/-1/reply',
    '/console/body/1e3/reply',
    '/console/body/1/other',
    '/x/console/body/1/reply',
  ])('[EL5] parseBodyPath() leaves %s alone', (path) => {
    expect(parseBodyPath(path)).toBeUndefined();
  });
});

describe('bodyAnswer()', () => {
  it('[EL5] bodyAnswer() gives the whole body, not to be shown or sniffed by the browser', async () => {
    const response = await answer(null);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'content-disposition': 'attachment',
      'content-length': '2500000',
      'content-type': 'application/octet-stream',
    });
    expect(await bytesOf(response)).toEqual(STORED);
  });

  it('[EL5] bodyAnswer() gives one range', async () => {
    const response = await answer('bytes=1000-1499999');
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 1000-1499999/2500000');
    expect(await bytesOf(response)).toEqual(STORED.slice(1_000, 1_500_000));
  });

  it('[EL5] bodyAnswer() gives the end of the body', async () => {
    const response = await answer('bytes=-3');
    expect(response.headers.get('content-range')).toBe('bytes 2499997-2499999/2500000');
    expect(await bytesOf(response)).toEqual(STORED.slice(-3));
  });

  it('[EL5] bodyAnswer() refuses a range outside the body', async () => {
    const response = await answer('bytes=9000000-');
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */2500000');
  });

  it.each(['items=0-1', 'bytes=0-1,5-6', 'nonsense'])(
    '[EL5] bodyAnswer() answers %s with the whole body',
    async (range) => {
      const response = await answer(range);
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).length).toBe(STORED.length);
    },
  );

  it('[EL5] bodyAnswer() is 404 for what is not stored', async () => {
    const response = await bodyAnswer({ seq: 8, part: 'reply' }, null, readBody);
    expect(response.status).toBe(404);
  });

  it('[EL5] bodyAnswer() breaks off when the row is removed while it is read', async () => {
    let reads = 0;
    const response = await bodyAnswer({ seq: 7, part: 'reply' }, null, (seq, part, offset, length) => {
      reads += 1;
      return reads > 2 ? Promise.resolve(undefined) : readBody(seq, part, offset, length);
    });
    await expect(response.arrayBuffer()).rejects.toThrow('it was removed while it was read');
  });
});
