/** What of one body in pieces is kept. */
class Head {
  readonly pieces: Uint8Array[] = [];
  bytes = 0;
}

interface Heads {
  readonly request: Head;
  readonly response: Head;
}

/** The first bytes of streams that are under way, by exchange: what is kept of their bodies once the exchange is over. */
export class StreamHeads {
  readonly #heads = new Map<number, Heads>();
  #bytes = 0;

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Copies what of a piece lies within the first `maxBytes` of its stream. */
  add(seq: number, direction: keyof Heads, part: { readonly piece: Uint8Array; readonly maxBytes: number }): void {
    const known = this.#heads.get(seq);
    const heads = known ?? { request: new Head(), response: new Head() };
    const head = heads[direction];
    const wanted = Math.min(part.piece.byteLength, part.maxBytes - head.bytes);
    if (wanted <= 0) return;
    if (known === undefined) this.#heads.set(seq, heads);
    // A copy: the piece is a view of a whole frame, which goes on to its receiver.
    head.pieces.push(part.piece.slice(0, wanted));
    head.bytes += wanted;
    this.#bytes += wanted;
  }

  /** What was kept of the exchange, and is kept no longer. */
  take(seq: number): Readonly<Record<keyof Heads, Uint8Array>> | undefined {
    const heads = this.#heads.get(seq);
    if (heads === undefined) return undefined;
    this.#heads.delete(seq);
    const { request, response } = heads;
    this.#bytes -= request.bytes + response.bytes;
    return { request: Buffer.concat(request.pieces), response: Buffer.concat(response.pieces) };
  }
}
