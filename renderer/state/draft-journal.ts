import { z } from 'zod';
import { currentDraft, openDraft, useDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { startJournal } from './journal.ts';
import type { JournalOptions, JournalStorage } from './journal.ts';

const KEY = 'draft';

/** The page's storage takes about 5 MB in all; a draft above this is kept in memory only. */
const MAX_CHARS = 1_000_000;

/** Their values are not written down: who wrote them has them elsewhere. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
]);

const draftSchema = z.strictObject({
  as: z.string().nullable(),
  method: z.enum(['CALL', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  uri: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  form: z.enum(['json', 'text', 'hex']),
  body: z.string(),
  hexEncoding: z.enum(['bytes', 'json', 'text', 'flatbuffer', 'messagepack', 'cbor', 'other']),
  // Not a number while its field is empty, which JSON writes as null.
  timeoutMs: z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
  idempotent: z.boolean(),
});

function textOf(draft: Draft): string {
  const headers = draft.headers.map(([name, value]) => [
    name,
    SECRET_HEADERS.has(name.trim().toLowerCase()) ? '' : value,
  ]);
  return JSON.stringify({ ...draft, headers });
}

/** What an earlier version wrote, or somebody else, is as good as nothing. */
function parse(text: string | null): Draft | undefined {
  if (text === null) return undefined;
  try {
    return draftSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function write(storage: JournalStorage): void {
  const text = textOf(currentDraft());
  try {
    if (text.length > MAX_CHARS) storage.removeItem(KEY);
    else storage.setItem(KEY, text);
  } catch {
    // A storage that is full or forbidden: the draft lives as long as its page.
  }
}

/** Brings the request back that was in the editor when the page ended, and writes each change of it down. */
export function keepDraft({ storage, ...journal }: JournalOptions): void {
  const kept = parse(storage.getItem(KEY));
  if (kept !== undefined) openDraft(kept);
  const changed = startJournal(journal, () => write(storage));
  const stop = useDraft.subscribe(({ draft }, { draft: before }) => {
    if (draft !== before) changed();
  });
  journal.signal.addEventListener('abort', stop, { once: true });
}
