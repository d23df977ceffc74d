/** What a codec accepts; docs/protocol.md, section 9. 0 means no limit. */
export interface CodecLimits {
  /** Largest accepted frame, bytes. */
  readonly maxFrameBytes: number;
  /** Most headers of one message. */
  readonly maxHeaders: number;
  /** Largest sum of header names and values, bytes. */
  readonly maxHeaderBytes: number;
  /** Largest `uri`, bytes of UTF-8. */
  readonly maxUriBytes: number;
}

export const DEFAULT_CODEC_LIMITS: CodecLimits = Object.freeze({
  maxFrameBytes: 16 << 20,
  maxHeaders: 64,
  maxHeaderBytes: 16 << 10,
  maxUriBytes: 8 << 10,
});
