import { beforeEach, describe, expect, it } from 'vitest';
import { beginSelection, chooseRows, selectRow, useInspector } from '../../state/inspector.ts';
import { askForSelection, RowJumps } from './late-selection.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const selected = (): number | null => useInspector.getState().selectedSeq;

beforeEach(() => useInspector.setState(useInspector.getInitialState()));

describe('askForSelection', () => {
  /** A question on its way to the store, for all rows from 1 to 3. */
  function asked() {
    const list = { queryId: 'q1' };
    const store = Promise.withResolvers<readonly number[]>();
    const answer = askForSelection(list, () => store.promise, beginSelection());
    return { list, answer, rowsCome: () => store.resolve([1, 2, 3]), fails: () => store.reject(new Error('lost')) };
  }

  it('[IN13] is answered while nothing else is selected or shown', async () => {
    selectRow(2);
    const { answer, rowsCome } = asked();
    rowsCome();
    expect(await answer).toEqual([1, 2, 3]);
  });

  it.each([
    ['another row is', () => selectRow(5)],
    ['the same row alone is', () => selectRow(2)],
    ['other rows are', () => chooseRows([4, 5], 2)],
    ['no row any more is', () => useInspector.setState({ selectedSeq: null })],
    ['more rows are about to be', () => void beginSelection()],
  ])('[IN13] is left when %s selected before the answer comes', async (_, select) => {
    selectRow(2);
    const { answer, rowsCome } = asked();
    select();
    rowsCome();
    expect(await answer).toBeUndefined();
  });

  it('[IN13] is left when other rows are shown before the answer comes', async () => {
    const { list, answer, rowsCome } = asked();
    list.queryId = 'q2';
    rowsCome();
    expect(await answer).toBeUndefined();
  });

  it('[IN13] tells of a failure only while the answer is wanted', async () => {
    const wanted = asked();
    wanted.fails();
    await expect(wanted.answer).rejects.toThrow('lost');
    const left = asked();
    selectRow(5);
    left.fails();
    expect(await left.answer).toBeUndefined();
  });
});

describe('RowJumps', () => {
  /** Jumps in a store that answers each question when it is told to. */
  function jumping() {
    const list = { queryId: 'q1' };
    const from: (number | undefined)[] = [];
    const answers: PromiseWithResolvers<{ readonly seq: number } | null>[] = [];
    const jumps = new RowJumps({
      step: ({ seq }) => {
        from.push(seq);
        const answer = Promise.withResolvers<{ readonly seq: number } | null>();
        answers.push(answer);
        return answer.promise;
      },
    });
    const jump = (): Promise<boolean> => jumps.jump(list, { matching: 'status:error', back: false });
    const answer = async (nth: number, row: { readonly seq: number } | null): Promise<void> => {
      answers[nth]?.resolve(row);
      await settle();
    };
    return { jump, answer, answers, from };
  }

  it('[IN21] two in a row lead to the second row, however late the first is found', async () => {
    const { jump, answer, from } = jumping();
    selectRow(1);
    const jumped = [jump(), jump()];
    await settle();
    expect(from).toEqual([1]);
    await answer(0, { seq: 4 });
    expect(from).toEqual([1, 4]);
    await answer(1, { seq: 7 });
    expect(await Promise.all(jumped)).toEqual([true, true]);
    expect(selected()).toBe(7);
  });

  it('[IN21] none of those that are on their way leads away from a row that is selected meanwhile', async () => {
    const { jump, answer, from } = jumping();
    selectRow(1);
    const jumped = [jump(), jump()];
    await settle();
    selectRow(30);
    await answer(0, { seq: 4 });
    await Promise.all(jumped);
    expect({ selected: selected(), from }).toEqual({ selected: 30, from: [1] });
    const next = jump();
    await settle();
    await answer(1, { seq: 34 });
    await next;
    expect({ selected: selected(), from }).toEqual({ selected: 34, from: [1, 30] });
  });

  it('[IN21] one that fails, or finds nothing, is told, and the next begins at the same row', async () => {
    const { jump, answer, answers, from } = jumping();
    selectRow(1);
    const [failed, none] = [jump(), jump()];
    await settle();
    answers[0]?.reject(new Error('lost'));
    await expect(failed).rejects.toThrow('lost');
    await settle();
    await answer(1, null);
    expect(await none).toBe(false);
    expect({ selected: selected(), from }).toEqual({ selected: 1, from: [1, 1] });
  });
});
