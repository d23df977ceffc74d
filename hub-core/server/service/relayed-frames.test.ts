import { describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { HUB_ID_BIT, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { clientPrincipal, createHarness, FakePeer } from '../../test/support/fake-service-peers.ts';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);

/** A provider whose link writes like a real one: it patches the message's own frame and owns that from then on. */
function writingPeer(id: string, client: string): { peer: FakePeer; frames: Uint8Array[] } {
  const peer = new FakePeer(id, clientPrincipal(client));
  const frames: Uint8Array[] = [];
  peer.onSend = ({ message, id: sentId, timeoutMs }) => {
    if (message.kind === Kind.Request) frames.push(codec.readdress(message as Message, sentId, timeoutMs));
  };
  return { peer, frames };
}

describe('ExchangeRelay with binary frames', () => {
  it('[RQ17] a frame that is handed to a second provider is patched again, whole, and under an id of its own', () => {
    const harness = createHarness();
    const [first, second] = [writingPeer('p1', 'bob'), writingPeer('p2', 'cid')];
    const service = { id: 'math', routes: [{ pattern: '/*rest' }] };
    harness.register(first.peer, service);
    const caller = new FakePeer('c1', clientPrincipal('ann'));
    const payload = new Uint8Array(300).map((_, index) => index);
    const frame = codec.encode({
      kind: Kind.Request,
      method: Method.Put,
      id: 5,
      timeoutMs: 900,
      uri: '/math/a?b=c',
      payload,
    });
    harness.layer.request({ caller, message: codec.decode(frame), receivedMs: harness.clock.nowMs() });
    const firstId = codec.decode(first.frames[0] ?? new Uint8Array()).id;
    harness.clock.advance(250);
    harness.register(second.peer, service);
    harness.layer.disconnected(first.peer.connectionId);
    const again = codec.decode(second.frames[0] ?? new Uint8Array());
    expect(second.frames[0]).toBe(frame);
    expect({ uri: again.uri, method: again.method, timeoutMs: again.timeoutMs, payload: again.payload }).toEqual({
      uri: '/math/a?b=c',
      method: Method.Put,
      timeoutMs: 650,
      payload,
    });
    expect([again.id >= HUB_ID_BIT, again.id !== firstId]).toEqual([true, true]);
  });

  it('[RQ17] the answer to a patched request comes back under the caller’s id', () => {
    const harness = createHarness();
    const provider = writingPeer('p1', 'bob');
    harness.register(provider.peer, { id: 'math', routes: [{ pattern: '/*rest' }] });
    const caller = new FakePeer('c1', clientPrincipal('ann'));
    const frame = codec.encode({ kind: Kind.Request, id: 5, uri: '/math/a' });
    harness.layer.request({ caller, message: codec.decode(frame), receivedMs: 0 });
    const { id } = codec.decode(provider.frames[0] ?? new Uint8Array());
    harness.layer.respond(provider.peer.link, codec.decode(codec.encode({ kind: Kind.Response, status: 200, id })));
    expect([caller.statuses, harness.layer.isInFlight(caller.connectionId, 5)]).toEqual([[[5, 200]], false]);
  });
});
