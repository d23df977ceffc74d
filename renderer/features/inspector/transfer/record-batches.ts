/** What one call of the contract carries. */
const BATCH_ROWS = 200;
const BATCH_CHARACTERS = 512 << 10;

/** The lines of a text that comes in pieces; their ends are left out. */
export async function* linesOf(text: ReadableStream<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces(text)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line;
  }
  if (rest !== '') yield rest;
}

/** Not every browser's streams can be iterated. */
async function* pieces(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops in the middle wants no more of it.
    await reader.cancel();
  }
}

/** Records, some at a time, one a line. */
export async function* batchesOf(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let [batch, rows] = ['', 0];
  for await (const line of lines) {
    if (line.trim() === '') continue;
    batch += `${line}\n`;
    rows += 1;
    if (rows < BATCH_ROWS && batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    [batch, rows] = ['', 0];
  }
  if (batch !== '') yield batch;
}
