/** Reads FlatBuffers by offsets. Every read is checked: outside of the buffer it throws a RangeError. */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Follows the offset that stands there. */
  target(at: number): number {
    return at + this.uint32(at);
  }

  root(): FlatTable {
    return new FlatTable(this, this.target(0));
  }

  string(at: number): string {
    const length = this.uint32(at);
    // DataView checks where subarray would cut silently.
    if (length > 0) this.view.getUint8(at + 4 + length - 1);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes.subarray(at + 4, at + 4 + length));
  }
}

/** One table: its fields by the offset that the schema gives them in the table of offsets. */
export class FlatTable {
  readonly buffer: FlatBuffer;
  readonly at: number;
  readonly #offsets: number;
  readonly #size: number;

  constructor(buffer: FlatBuffer, at: number) {
    this.buffer = buffer;
    this.at = at;
    this.#offsets = at - buffer.view.getInt32(at, true);
    this.#size = buffer.view.getUint16(this.#offsets, true);
  }

  /** Where a field lies; undefined when it is absent. */
  field(slot: number): number | undefined {
    if (slot + 2 > this.#size) return undefined;
    const offset = this.buffer.view.getUint16(this.#offsets + slot, true);
    return offset === 0 ? undefined : this.at + offset;
  }

  string(slot: number): string | undefined {
    const at = this.field(slot);
    return at === undefined ? undefined : this.buffer.string(this.buffer.target(at));
  }

  table(slot: number): FlatTable | undefined {
    const at = this.field(slot);
    return at === undefined ? undefined : new FlatTable(this.buffer, this.buffer.target(at));
  }

  /** Tables of a vector of tables. */
  tables(slot: number): readonly FlatTable[] {
    const at = this.field(slot);
    if (at === undefined) return [];
    const vector = this.buffer.target(at);
    const length = this.buffer.uint32(vector);
    const tables: FlatTable[] = [];
    for (let place = 0; place < length; place += 1) {
      tables.push(new FlatTable(this.buffer, this.buffer.target(vector + 4 + 4 * place)));
    }
    return tables;
  }
}
