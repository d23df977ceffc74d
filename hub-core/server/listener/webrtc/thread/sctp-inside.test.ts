import { RTCPeerConnection } from 'werift';
import { describe, expect, it } from 'vitest';
import { sctpInside, unfinishedMessageBytes } from './sctp-inside.ts';

const CONFIG = { iceServers: [], iceUseTcp: false, iceUseIpv4: false, iceUseIpv6: false };

describe('sctpInside', () => {
  it('[WR5] finds in this version of werift all that it needs', async () => {
    const peer = new RTCPeerConnection(CONFIG);
    peer.createDataChannel('whub');
    await peer.createOffer();
    const sctp = sctpInside(peer);
    expect([sctp.advertisedRwnd, sctp.flightSize, sctp.sackMisOrdered.size, sctp.outboundQueue.length]).toEqual([
      1 << 20,
      0,
      0,
      0,
    ]);
    expect(unfinishedMessageBytes(sctp)).toBe(0);
    await peer.close();
  });

  it('[WR5] says so when there is nothing to watch over', async () => {
    const peer = new RTCPeerConnection(CONFIG);
    expect(() => sctpInside(peer)).toThrow('it has no SCTP');
    await peer.close();
  });
});
