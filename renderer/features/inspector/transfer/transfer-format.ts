export const TRANSFER_FORMATS = ['ndjson', 'har', 'whub'] as const;
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** By the ending of the name; what has none is lines of JSON. */
export function formatOfName(name: string): TransferFormat {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return TRANSFER_FORMATS.find((format) => format === ending) ?? 'ndjson';
}
