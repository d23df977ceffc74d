import { z } from 'zod';
import { PAGE_KEYS } from '../../../hub-core/console/contract/desktop-contract.ts';
import type { PageKey } from '../../../hub-core/console/contract/desktop-contract.ts';

export const LINK_SCHEME = 'whub';

/** What a link may ask for: to look at something. Nothing that changes or sends anything. */
export interface DeepLink {
  readonly page: PageKey;
  readonly filter: string | null;
}

const PAGES = PAGE_KEYS.map((key) => key.slice('page-'.length));
const linkSchema = z.strictObject({
  page: z.enum(PAGES),
  filter: z
    .string()
    .max(1024)
    // oxlint-disable-next-line no-control-regex -- what no filter holds and a dialog would be fooled by
    .regex(/^[^\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069]*$/)
    .optional(),
});

/** The parameters of `whub://open?…`, each once; undefined when it is another address. */
function parametersOf(text: string): Record<string, string> | undefined {
  const url = URL.parse(text);
  if (url === null || url.protocol !== `${LINK_SCHEME}:` || url.host !== 'open' || !/^\/?$/.test(url.pathname)) {
    return undefined;
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const entries = [...url.searchParams];
  return new Set(entries.map(([name]) => name)).size === entries.length ? Object.fromEntries(entries) : undefined;
}

/**
 * Reads `whub://open?page=inspector&filter=…`. Anything else is no link of ours: another action, an unknown or repeated
 * parameter, a filter with characters that cannot be seen.
 */
export function parseDeepLink(text: string): DeepLink | undefined {
  const parsed = linkSchema.safeParse(parametersOf(text));
  if (!parsed.success) return undefined;
  const { page, filter } = parsed.data;
  if (filter !== undefined && page !== 'inspector') return undefined;
  return { page: `page-${page}` as PageKey, filter: filter ?? null };
}
