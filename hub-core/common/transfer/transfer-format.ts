export const TRANSFER_FORMATS = ['ndjson', 'har', 'whub'] as const;
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** By the ending of the name; what has none is lines of JSON. */
export function formatOfName(name: string): TransferFormat {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return TRANSFER_FORMATS.find((format) => format === ending) ?? 'ndjson';
}

/** Of a file that is made at that moment: `whub-20261128-154000.har`. @param atMs wall time */
export function transferFileName(format: TransferFormat, atMs: number): string {
  const stamp = new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `whub-${stamp}.${format}`;
}
