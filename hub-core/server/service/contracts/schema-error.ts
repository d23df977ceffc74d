/** A schema that cannot be enforced. Its message is the reason alone: whoever registers it knows which one it is. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  /** JSON pointer into the schema; '' = the schema as a whole. */
  readonly pointer: string;

  constructor(pointer: string, reason: string) {
    super(reason);
    this.pointer = pointer;
  }
}
