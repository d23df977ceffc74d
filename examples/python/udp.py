#!/usr/bin/env python3
"""A WHub client over UDP in Python's standard library alone, written from docs/udp.md; messages as in whub.py beside it.

    python3 udp.py --url udp://127.0.0.1:7410 --key KEY call GET /greeter/hello/world
    python3 udp.py --url udp://127.0.0.1:7410 --key KEY notify POST /log/line --body "it rains"
    python3 udp.py vectors ../../schemas/vectors/udp.json

`call` prints the body; exit 0 below 400, 1 otherwise, 2 when there is no session or no answer. `vectors` checks this file
against the test vectors.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import sys
import time
from urllib.parse import urlsplit

from whub import ENCODINGS, KINDS, METHODS, ProtocolError, decode_binary, encode_binary

HEADER = 28
FIRST_HELLO = 256
WINDOW = 1024


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


class Keys:
    """What both sides derive: section 2."""

    def __init__(self, key, nonce, challenge):
        seen = nonce + challenge
        self.credential = self.proof = None
        secret = bytes(32)
        if key:
            _, self.credential, text = key.split("_", 2)
            secret = base64.urlsafe_b64decode(text + "=")
            mask = mac(hashlib.sha256(key.encode()).digest(), b"whub udp v1 proof", seen)
            self.proof = bytes(a ^ b for a, b in zip(secret, mask))
        self.client = mac(secret, b"whub udp v1 client", seen)
        self.hub = mac(secret, b"whub udp v1 hub", seen)


def datagram(message, token=bytes(8), sequence=0, key=None, tag=bytes(16)):
    """One datagram, signed with `key` when there is one: section 1."""
    head = token + struct.pack("<I", sequence)
    return head + (mac(key, head, message)[:16] if key else tag) + message


def is_signed(raw, key):
    return hmac.compare_digest(raw[12:HEADER], mac(key, raw[:12], raw[HEADER:])[:16])


def message(kind, **fields):
    fields["kind"] = KINDS.index(kind)
    fields["method"] = METHODS.index(fields.get("method", "call"))
    fields["encoding"] = ENCODINGS.index(fields.get("encoding", "bytes"))
    return encode_binary(fields)


def hello(members):
    return message("hello", encoding="json", payload=json.dumps(members).encode())


def first_hello(nonce):
    payload = json.dumps({"nonce": nonce.hex()}).encode()
    while True:
        raw = datagram(message("hello", encoding="json", payload=payload))
        if len(raw) >= FIRST_HELLO:
            return raw
        payload += b" " * (FIRST_HELLO - len(raw))


class Udp:
    """A session: open when the constructor returns."""

    def __init__(self, url, key=None, client=None, timeout=10):
        parts = urlsplit(url)
        family, kind, protocol, _, address = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_DGRAM)[0]
        self.socket = socket.socket(family, kind, protocol)
        self.socket.connect(address)
        self.sequence = self.last_id = self.highest = 0
        self.came = set()
        nonce = os.urandom(16)
        until = time.monotonic() + timeout

        def challenge_of(raw):
            if raw[:8] == bytes(8) and raw[12:HEADER] == nonce:
                notice = decode_binary(raw[HEADER:])
                if notice["uri"] == "/udp/challenge":
                    return bytes.fromhex(json.loads(notice["payload"])["challenge"])
            return None

        challenge = self._until_answered(lambda left: first_hello(nonce), challenge_of, until)
        keys = Keys(key, nonce, challenge)
        self.client_key, self.hub_key = keys.client, keys.hub
        members = {"nonce": nonce.hex(), "challenge": challenge.hex(), "agent": "whub-python-udp/1"}
        if client:
            members["client"] = client
        if keys.proof:
            members.update(credential=keys.credential, proof=keys.proof.hex())
        second = datagram(hello(members), key=self.client_key)

        def welcome_of(raw):
            if raw[:8] == bytes(8):
                refused = decode_binary(raw[HEADER:])
                if raw[12:HEADER] == nonce and KINDS[refused["kind"]] == "goodbye":
                    raise ProtocolError("refused: %s" % (refused["payload"] or b"").decode())
            elif is_signed(raw, self.hub_key) and KINDS[decode_binary(raw[HEADER:])["kind"]] == "welcome":
                return raw
            return None

        answer = self._until_answered(lambda left: second, welcome_of, until)
        self.token = answer[:8]
        self._is_news(answer)
        self.welcome = json.loads(decode_binary(answer[HEADER:])["payload"])

    def _until_answered(self, question, answer_of, until):
        """Sends what `question(seconds left)` gives, with growing pauses, until `answer_of` makes something of a datagram."""
        pause = 0.2
        while (left := until - time.monotonic()) > 0:
            self.socket.send(question(left))
            again = time.monotonic() + min(pause, left)
            while (wait := again - time.monotonic()) > 0:
                self.socket.settimeout(wait)
                try:
                    raw = self.socket.recv(65535)
                except socket.timeout:
                    break
                found = answer_of(raw) if len(raw) > HEADER else None
                if found is not None:
                    return found
            pause = min(2, pause * 2)
        raise ProtocolError("no answer in time")

    def _seal(self, raw):
        self.sequence += 1
        return datagram(raw, self.token, self.sequence, self.client_key)

    def _is_news(self, raw):
        """True once for each datagram of the hub: section 4."""
        sequence = struct.unpack_from("<I", raw, 8)[0]
        if sequence <= self.highest - WINDOW or sequence in self.came or not is_signed(raw, self.hub_key):
            return False
        self.came.add(sequence)
        self.highest = max(self.highest, sequence)
        self.came = {known for known in self.came if known > self.highest - WINDOW}
        return True

    def _receive(self, raw):
        """A message of this session; a Ping is answered and is none."""
        if raw[:8] != self.token or not self._is_news(raw):
            return None
        came = decode_binary(raw[HEADER:])
        if KINDS[came["kind"]] == "ping":
            self.socket.send(self._seal(message("pong", id=came["id"], payload=came["payload"])))
            return None
        if KINDS[came["kind"]] == "goodbye":
            raise ProtocolError("the hub left: %s" % (came["payload"] or b"").decode())
        return came

    def call(self, method, uri, payload=None, encoding="bytes", timeout=10):
        self.last_id += 1

        def question(left):
            return self._seal(message("request", id=self.last_id, method=method.lower(), uri=uri, payload=payload,
                                      encoding=encoding, timeout_ms=max(1, int(left * 1000))))

        def answer_of(raw):
            came = self._receive(raw)
            return came if came and KINDS[came["kind"]] == "response" and came["id"] == self.last_id else None

        return self._until_answered(question, answer_of, time.monotonic() + timeout)

    def notify(self, method, uri, payload=None, encoding="bytes"):
        self.last_id += 1
        self.socket.send(self._seal(message("request", id=self.last_id, method=method.lower(), uri=uri, payload=payload,
                                            encoding=encoding, flags=4)))

    def close(self):
        self.socket.send(self._seal(message("goodbye")))
        self.socket.close()


def check_vectors(path):
    """Derives every value of the vectors anew."""
    for vector in json.load(open(path)):
        nonce, challenge = bytes.fromhex(vector["nonce"]), bytes.fromhex(vector["challenge"])
        keys = Keys(vector.get("key"), nonce, challenge)
        assert (keys.proof.hex() if keys.proof else None) == vector.get("proof"), "proof"
        assert (keys.client.hex(), keys.hub.hex()) == (vector["client_key"], vector["hub_key"]), "session keys"
        sent = {step: bytes.fromhex(text) for step, text in vector["datagrams"].items()}
        for step in ("first_hello", "challenge", "second_hello", "refusal"):
            assert sent[step][:12] == bytes(12), step
        assert len(sent["first_hello"]) == FIRST_HELLO and sent["first_hello"][12:HEADER] == bytes(16), "first hello"
        assert sent["challenge"][12:HEADER] == sent["refusal"][12:HEADER] == nonce, "nonce"
        asked = json.loads(decode_binary(sent["challenge"][HEADER:])["payload"])
        assert asked == {"challenge": vector["challenge"]}, "challenge"
        said = json.loads(decode_binary(sent["second_hello"][HEADER:])["payload"])
        assert (said["nonce"], said.get("proof")) == (vector["nonce"], vector.get("proof")), "second hello"
        assert is_signed(sent["second_hello"], keys.client), "second hello"
        for step, key, sequence in (("welcome", keys.hub, 1), ("request", keys.client, 1), ("response", keys.hub, 2)):
            raw = sent[step]
            assert raw == datagram(raw[HEADER:], bytes.fromhex(vector["token"]), sequence, key), step
            assert KINDS[decode_binary(raw[HEADER:])["kind"]] == step, step
        print("%s holds" % vector["name"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="udp://127.0.0.1:7410")
    parser.add_argument("--key", default=os.environ.get("WHUB_KEY"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("call", "notify"):
        command = commands.add_parser(name)
        command.add_argument("method")
        command.add_argument("uri")
        command.add_argument("--body")
    commands.add_parser("vectors").add_argument("file")
    args = parser.parse_args()
    if args.command == "vectors":
        check_vectors(args.file)
        return 0
    try:
        hub = Udp(args.url, args.key)
        body = args.body.encode() if args.body is not None else None
        encoding = "text" if body is not None else "bytes"
        if args.command == "notify":
            hub.notify(args.method, args.uri, body, encoding)
            hub.close()
            return 0
        reply = hub.call(args.method, args.uri, body, encoding)
        hub.close()
    except (ProtocolError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdout.buffer.write(reply["payload"] or b"")
    return 0 if reply["status"] < 400 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
