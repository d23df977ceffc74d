import { describe, expect, it, vi } from 'vitest';
import { RequestError } from './hub-error.ts';
import { isErrorName, STATUS_OF, TITLE_OF } from './status.ts';
import { problemPayload, remoteErrorFrom, toProblem } from './wire.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const names = Object.keys(STATUS_OF).filter(isErrorName);

describe('toProblem', () => {
  it.each(names)('[ER3] describes %s by type, title, status and detail', (name) => {
    expect(toProblem(new RequestError(name, 'Cannot do "x"'))).toEqual({
      type: `urn:whub:error:${name}`,
      title: TITLE_OF[name],
      status: STATUS_OF[name],
      detail: 'Cannot do "x"',
    });
  });

  it('[ER3] adds the hub, the request and the path it is about', () => {
    const about = { hub: 'h1', request: 0, instance: '/math/add' };
    expect(toProblem(new RequestError('DEADLINE_ERR', 'late'), about)).toMatchObject(about);
    const named = new RequestError('DEADLINE_ERR', 'late', { instance: '/its/own' });
    expect(toProblem(named, about).instance).toBe('/its/own');
  });

  it('[ER3] carries further members, which cannot take the place of its own', () => {
    const error = new RequestError('THROTTLED_ERR', 'slow down', { extra: { retry_after_ms: 50, status: 200 } });
    expect(toProblem(error)).toMatchObject({ retry_after_ms: 50, status: 429 });
  });

  it.each([
    new Error('SQLITE_CONSTRAINT in /home/x/hub.db'),
    new TypeError('secret'),
    'text',
    undefined,
    { status: 404, message: 'forged' },
  ])('[ER4] an unknown error says nothing of itself: %s', (error) => {
    expect(toProblem(error)).toEqual({
      type: 'urn:whub:error:INTERNAL_ERR',
      title: 'Internal error',
      status: 500,
      detail: 'Cannot answer: the hub failed inside, and its log says why',
    });
  });
});

describe('remoteErrorFrom', () => {
  it.each(names)('[ER5] brings %s back as it was sent', (name) => {
    const payload = problemPayload(toProblem(new RequestError(name, 'Cannot do "ü"')));
    expect(remoteErrorFrom(STATUS_OF[name], payload)).toMatchObject({
      name: 'RemoteError',
      status: STATUS_OF[name],
      errorName: name,
      detail: 'Cannot do "ü"',
    });
  });

  it.each([
    ['a type of another status', '{"type":"urn:whub:error:NOT_FOUND_ERR","detail":"d"}'],
    ['an unknown name', '{"type":"urn:whub:error:toString","detail":"d"}'],
    ['another vocabulary', '{"type":"https://example.org/e","detail":"d"}'],
    ['a type that is no string', '{"type":1,"detail":"d"}'],
    ['no type', '{"detail":"d"}'],
  ])('[ER5] does not believe %s', (_, body) => {
    expect(remoteErrorFrom(400, bytes(body))).toMatchObject({ status: 400, errorName: undefined, detail: 'd' });
  });

  it.each([
    ['{"title":"Teapot"}', 'Teapot'],
    ['{"detail":7}', '{"detail":7}'],
    ['[1]', '[1]'],
    ['null', 'null'],
    ['not json', 'not json'],
    ['  ', 'no further detail'],
    ['', 'no further detail'],
    ['x'.repeat(400), `${'x'.repeat(300)}…`],
  ])('[ER5] makes the best of the body %j', (body, detail) => {
    expect(remoteErrorFrom(418, bytes(body)).detail).toBe(detail);
  });

  it('[ER5] hides no failure of its own', () => {
    vi.spyOn(JSON, 'parse').mockImplementationOnce(() => {
      throw new RangeError('out of memory');
    });
    expect(() => remoteErrorFrom(500, bytes('{}'))).toThrow('out of memory');
  });

  it('[ER5] takes bytes that are no text', () => {
    expect(remoteErrorFrom(500, Uint8Array.of(0xff, 0xfe)).status).toBe(500);
  });
});
