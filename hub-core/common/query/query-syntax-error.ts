export interface QuerySyntaxErrorDetails {
  /** Where it goes wrong, from 1, in UTF-16 units as editors count them. */
  readonly column: number;
  /** The whole query with that place mended, when one change is the likely meaning. */
  readonly suggestion?: string | undefined;
}

/** A filter that cannot be understood. Its message is written for the person who typed it. */
export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError';
  readonly column: number;
  readonly suggestion: string | undefined;

  constructor(message: string, details: QuerySyntaxErrorDetails) {
    super(message);
    this.column = details.column;
    this.suggestion = details.suggestion;
  }
}
