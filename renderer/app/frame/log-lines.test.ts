import { describe, expect, it } from 'vitest';
import { lineText, shownLines } from './log-lines.ts';
import type { ShownLine } from './log-lines.ts';

const line = (atMs: number, level: ShownLine['level'], text: string): ShownLine => ({
  ...{ number: atMs, atMs, level, text, module: 'auth', details: 'client=ann', source: 'hub' },
});
const lines = [line(3, 'error', 'late'), line(1, 'info', 'Early'), line(2, 'warn', 'between')];
const texts = (level: ShownLine['level'], text: string): readonly string[] =>
  shownLines(lines, { level, text }).map((shown) => shown.text);

describe('shownLines', () => {
  it('[UI127] puts lines in order of time, and leaves out what is below a level or has not the text', () => {
    expect(texts('trace', '')).toEqual(['Early', 'between', 'late']);
    expect(texts('warn', ' ')).toEqual(['between', 'late']);
    expect(texts('info', 'EARL')).toEqual(['Early']);
    expect(texts('info', 'client=ann').length).toBe(3);
  });
});

describe('lineText', () => {
  it('[UI127] says when, how bad, where from and what', () => {
    expect(lineText(line(0, 'warn', 'odd'))).toMatch(/ warn \[hub\/auth\] odd \(client=ann\)$/);
    expect(lineText({ ...line(0, 'info', 'x'), module: '', details: '' })).toMatch(/ info \[hub\] x$/);
  });
});
