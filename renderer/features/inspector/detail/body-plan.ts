/** Up to that size a stored body is read whole. */
export const WHOLE_BYTES = 5_000_000;
/** Of a larger one the beginning. */
export const FIRST_BYTES = 256_000;
/** Above that it is never read whole: ranges are looked at. */
export const RANGES_BYTES = 50_000_000;

export interface BodyPlan {
  /** Bytes to read from the beginning; 0 = none, only ranges. */
  readonly readBytes: number;
  /** Everything can be read when somebody asks for it. */
  readonly canLoadAll: boolean;
}

/** What to read of a body before anybody looks further. `all`: somebody asked for everything. */
export function bodyPlan(storedBytes: number, all: boolean): BodyPlan {
  if (storedBytes > RANGES_BYTES) return { readBytes: 0, canLoadAll: false };
  if (storedBytes <= WHOLE_BYTES || all) return { readBytes: storedBytes, canLoadAll: false };
  return { readBytes: FIRST_BYTES, canLoadAll: true };
}
