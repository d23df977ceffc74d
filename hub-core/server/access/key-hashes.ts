/** What a proof of a key is held against where the key itself is never sent. */
export interface KeyHashes {
  /** @returns the SHA-256 that is kept of a key, by its credential's id, also of one that was revoked; undefined = no such */
  hashOfKey(credential: string): Uint8Array | undefined;
}
