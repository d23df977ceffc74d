import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from './capture-record.ts';
import { fromHarEntry } from './har-import.ts';
import { ExportText } from './export-text.ts';
import { formatOfName } from './transfer-format.ts';

const record = fromHarEntry({ request: { method: 'GET', url: '/math/add' }, response: { status: 200 } });
const lines = `${JSON.stringify(record)}\n`;
const shape = { filter: 'dur>1s', masked: true, exportedMs: 0, version: '1.0.0', baseUrl: 'http://127.0.0.1:1/' };
const whole = (format: 'ndjson' | 'har' | 'whub'): string => {
  const text = new ExportText({ ...shape, format });
  return text.head() + text.records(lines) + text.records(lines + lines) + text.records('') + text.foot();
};

describe('ExportText', () => {
  it('[IN17] is lines of JSON, with a header in a capture file', () => {
    expect(whole('ndjson')).toBe(lines.repeat(3));
    expect(whole('whub')).toBe(
      `{"whub":"capture","version":1,"exported":"1970-01-01T00:00:00.000Z","filter":"dur>1s","masked":true}\n${lines.repeat(3)}`,
    );
  });
  it('[IN17] is an archive that gives the records back', () => {
    const archive = JSON.parse(whole('har')) as { log: { entries: unknown[] } };
    const records: CaptureRecord[] = archive.log.entries.map(fromHarEntry);
    expect(records).toEqual([record, record, record]);
  });
  it('[IN17] has the format of its name', () => {
    expect(['a.HAR', 'b.whub', 'c.ndjson', 'd.json', 'e'].map(formatOfName)).toEqual([
      'har',
      'whub',
      'ndjson',
      'ndjson',
      'ndjson',
    ]);
  });
});
