import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { askWhereToSave, safeFileName } from './save-dialog.ts';

describe('safeFileName()', () => {
  it.each([
    ['body.json', 'body.json'],
    ['../../etc/passwd', '_.._etc_passwd'],
    [String.raw`..\..\x.exe`, '_.._x.exe'],
    ['a:b|c?.txt', 'a_b_c_.txt'],
    ['gpj\u202Eexe.scr', 'gpjexe.scr'],
    ['NUL.txt', 'file_NUL.txt'],
    ['', 'file_'],
    ['. .', 'file_'],
  ])('[DS23] safeFileName() makes %j into %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });
});

describe('askWhereToSave()', () => {
  const session = new EventEmitter();
  askWhereToSave(session, {
    pathFor: (name) => `/downloads/${name}`,
    mayDownload: (url) => url.startsWith('blob:app://console/'),
  });
  const download = (url: string): { prevented: boolean; options: unknown } => {
    const seen = { prevented: false, options: undefined as unknown };
    const item = {
      getURL: () => url,
      getFilename: () => 'a/b.json',
      setSaveDialogOptions: (options: unknown) => (seen.options = options),
    };
    session.emit('will-download', { preventDefault: () => (seen.prevented = true) }, item);
    return seen;
  };

  it('[DS23] what the console saves is asked about in the system’s dialog', () => {
    expect(download('blob:app://console/1-2')).toEqual({
      prevented: false,
      options: { title: 'Save a_b.json', defaultPath: '/downloads/a_b.json' },
    });
  });

  it('[DS23] a download from elsewhere is refused', () => {
    expect(download('https://example.com/x')).toEqual({ prevented: true, options: undefined });
  });
});
