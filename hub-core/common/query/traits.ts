/** Properties of an exchange that are true or false, stored as one number. New ones at the end: the numbers are in files. */
export const TraitBit = {
  Held: 1,
  Replayed: 2,
  Mocked: 4,
  Edited: 8,
  /** A body was longer than what was kept of it. */
  Truncated: 16,
  /** A body is no text. */
  Binary: 32,
  /** A secret was replaced before it was stored. */
  Masked: 64,
  Imported: 128,
  OneWay: 256,
  Stream: 512,
} as const;

/** The words after `is:`, `has:`, `kind:` and `dir:`, in the order in which they are offered. */
export const TRAIT_WORDS = {
  is: [
    'held',
    'pending',
    'late',
    'orphan',
    'replayed',
    'mocked',
    'edited',
    'truncated',
    'binary',
    'mine',
    'masked',
    'imported',
    'gap',
  ],
  has: ['body', 'reply', 'error', 'comment'],
  kind: ['request', 'one-way', 'stream'],
  dir: ['in', 'out'],
} as const;

export type TraitKey = keyof typeof TRAIT_WORDS;
/** `is:held`, `has:reply`, … */
export type Trait = { [Key in TraitKey]: `${Key}:${(typeof TRAIT_WORDS)[Key][number]}` }[TraitKey];

/** Traits that are one bit of the stored number. */
export const TRAIT_BITS: Readonly<Partial<Record<Trait, number>>> = {
  'is:held': TraitBit.Held,
  'is:replayed': TraitBit.Replayed,
  'is:mocked': TraitBit.Mocked,
  'is:edited': TraitBit.Edited,
  'is:truncated': TraitBit.Truncated,
  'is:binary': TraitBit.Binary,
  'is:masked': TraitBit.Masked,
  'is:imported': TraitBit.Imported,
  'kind:one-way': TraitBit.OneWay,
  'kind:stream': TraitBit.Stream,
};

/** Outcomes without any message for the caller; `lost`: the hub ended before the exchange did. */
export const OUTCOMES_WITHOUT_REPLY: readonly string[] = ['one-way', 'caller-lost', 'lost', 'gap'];
/** Outcomes of exchanges of which one side went away. */
export const ORPHAN_OUTCOMES: readonly string[] = ['provider-lost', 'caller-lost', 'lost'];

/** @param bits of `TraitBit` @returns the words for those that are set */
export function traitWords(bits: number): Trait[] {
  return (Object.keys(TRAIT_BITS) as Trait[]).filter((trait) => (bits & (TRAIT_BITS[trait] ?? 0)) !== 0);
}

/** @param words that are none of {@link traitWords} are left out */
export function traitBits(words: readonly string[]): number {
  return Object.entries(TRAIT_BITS).reduce((bits, [word, bit]) => (words.includes(word) ? bits | bit : bits), 0);
}
