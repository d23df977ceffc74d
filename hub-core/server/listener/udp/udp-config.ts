/** What the hub keeps to over UDP; docs/udp.md, section 7. */
export interface UdpConfig {
  /** Largest datagram that is taken or sent, bytes, its header included. */
  readonly maxDatagramBytes: number;
  /** Time without a datagram of the client after which its session ends, ms; 0 = never. */
  readonly sessionIdleMs: number;
  /** Sessions at a time; 0 = no limit. */
  readonly maxSessions: number;
  /** Sessions of one address at a time, not counted for loopback; 0 = no limit. */
  readonly maxSessionsPerAddress: number;
  /** Time for which an answer is remembered, ms. */
  readonly replyMemoryMs: number;
  /** Bytes of answers that one session remembers. */
  readonly replyMemoryBytes: number;
  /** Bytes of answers that all sessions remember together. */
  readonly totalReplyMemoryBytes: number;
}
