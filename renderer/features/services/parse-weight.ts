const MAX_WEIGHT = 1_000;

/** @returns undefined when the text is no weight that a provider can have */
export function parseWeight(text: string): number | undefined {
  const weight = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return weight >= 1 && weight <= MAX_WEIGHT ? weight : undefined;
}
