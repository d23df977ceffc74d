/**
 * The console's view of the desktop app around it, served by its main process on a port of its own. In a browser there is none.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { KEY_TABLE } from './key-table.ts';
import { TRANSFER_FORMATS } from '../../common/transfer/transfer-format.ts';
import type { KeyId } from './key-table.ts';
import { readLogContract } from './log-contract.ts';

const reason = z.string();
const thread = z.enum(['hub', 'capture']);

export const desktopHubStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('starting') }),
  z.strictObject({ kind: z.literal('running') }),
  /** A thread has not answered for a second: it is busy, or stuck and started again if that goes on. */
  z.strictObject({ kind: z.literal('silent'), thread }),
  z.strictObject({ kind: z.literal('restarting'), thread, reason }),
  /** A thread died too often and is left alone. */
  z.strictObject({ kind: z.literal('crashed'), thread, reason }),
  /** It could not be started; the reason says what to do. */
  z.strictObject({ kind: z.literal('failed'), reason }),
  z.strictObject({ kind: z.literal('stopped') }),
]);
export type DesktopHubState = z.infer<typeof desktopHubStateSchema>;

export const desktopStateSchema = z.strictObject({
  hub: desktopHubStateSchema,
  /** What a user should know about this start, such as how the last one ended. */
  notice: z.strictObject({ title: z.string(), text: z.string() }).nullable(),
});
export type DesktopState = z.infer<typeof desktopStateSchema>;

/** Pages by their entry in the key table, which every page has. */
export type PageKey = Extract<KeyId, `page-${string}`>;
export const PAGE_KEYS: readonly PageKey[] = KEY_TABLE.map(({ id }) => id).filter((id): id is PageKey =>
  id.startsWith('page-'),
);

export const desktopCommandSchema = z.discriminatedUnion('kind', [
  /** Does what that key does. */
  z.strictObject({ kind: z.literal('run'), key: z.enum(KEY_TABLE.map(({ id }) => id)) }),
  /** Opens a page, the Inspector with a filter. */
  z.strictObject({ kind: z.literal('show'), page: z.enum(PAGE_KEYS), filter: z.string().max(4096).nullable() }),
]);
export type DesktopCommand = z.infer<typeof desktopCommandSchema>;

/** What a page has the app keep beyond its own end, each as a text that only the page reads. */
export const KEPT_NAMES = ['draft', 'place'] as const;
export type KeptName = (typeof KEPT_NAMES)[number];
export const MAX_KEPT_CHARS = 2_000_000;
const keptText = z.string().max(MAX_KEPT_CHARS).nullable();

const nothing = z.strictObject({});

export const desktopContract = {
  desktop: {
    /** The newest state, starting with the current one. */
    watch: oc.output(eventIterator(desktopStateSchema)),
    /** What menu, tray and links ask this page to do, from now on. */
    commands: oc.output(eventIterator(desktopCommandSchema)),
    /** Stops what runs of the hub, and starts it anew. Answers at once; `watch` tells how it goes. */
    restartHub: oc.output(nothing),
    /** Of the app itself. */
    log: readLogContract,
    /** Text for a report: versions, the hub's state, the end of the logs. Without secrets. */
    diagnostics: oc.output(z.strictObject({ text: z.string() })),
    /** What was kept last; null where there is nothing. */
    kept: oc.output(z.strictObject({ draft: keptText, place: keptText })),
    /**
     * Hands a file of these exchanges, secrets replaced, to the pointer, whose button is held. A call that is aborted before the
     * file is there does nothing.
     */
    dragOut: oc
      .input(z.strictObject({ seqs: z.array(z.int().min(1)).min(1).max(10_000), format: z.enum(TRANSFER_FORMATS) }))
      .output(nothing),
    /** Answers when it is in a file. */
    keep: oc.input(z.strictObject({ name: z.enum(KEPT_NAMES), text: keptText })).output(nothing),
  },
};
export type DesktopContract = typeof desktopContract;
