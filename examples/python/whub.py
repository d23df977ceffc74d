#!/usr/bin/env python3
"""A WHub client in Python's standard library alone, written from docs/protocol.md and schemas/wprotocol.fbs.

It says Hello, provides a service and calls one, over the binary or the JSON subprotocol:

    python3 whub.py --url ws://127.0.0.1:7410/ --key KEY provide greeter
    python3 whub.py --url ws://127.0.0.1:7410/ --key KEY call GET /greeter/hello/world
    python3 whub.py --url ws://127.0.0.1:7410/ --key KEY --json-form call GET /greeter/hello/world

`provide` serves GET /<id>/hello/:name and POST /<id>/echo until it is stopped, and prints one line when it is registered.
`call` prints the body; exit 0 below 400, 1 otherwise.
"""
import argparse
import base64
import hashlib
import json
import os
import socket
import struct
import sys
from urllib.parse import unquote, urlsplit

KINDS = "invalid hello welcome request response cancel data credit ping pong notice goodbye".split()
METHODS = "call get head post put patch delete options".split()
ENCODINGS = "bytes json text flatbuffer messagepack cbor other".split()
FLAGS = {"stream": 1, "end": 2, "one_way": 4, "idempotent": 8}

# Table Message: field id -> (name, struct format of a scalar, or what it points to).
FIELDS = [
    ("kind", "B"), ("method", "B"), ("flags", "B"), ("encoding", "B"), ("status", "H"), ("id", "I"),
    ("timeout_ms", "I"), ("uri", "string"), ("from", "string"), ("to", "string"), ("headers", "headers"),
    ("payload", "bytes"), ("credit", "I"),
]
ALWAYS_STORED = {"kind", "id", "timeout_ms"}


class ProtocolError(Exception):
    """The other side sent something that is no WProtocol message."""


# ---------------------------------------------------------------- FlatBuffers, by hand

def _table(fields):
    """Lays out one table of (field id, scalar format, value) with its vtable in front.

    Returns the bytes, where the table starts in them, and where each field lies in the table. References are written
    as 0 and filled in by the caller, which knows where their targets end up.
    """
    slots, offset = {}, 4
    for field_id, form, _ in sorted(fields, key=lambda f: -struct.calcsize("<" + f[1])):
        size = struct.calcsize("<" + form)
        offset += -offset % size
        slots[field_id] = offset
        offset += size
    table_size = offset + (-offset % 4)
    count = max((f[0] for f in fields), default=-1) + 1
    vtable = struct.pack("<HH", 4 + 2 * count, table_size)
    vtable += b"".join(struct.pack("<H", slots.get(i, 0)) for i in range(count))
    vtable = b"\0" * (-len(vtable) % 4) + vtable
    body = bytearray(table_size)
    start = len(vtable)
    struct.pack_into("<i", body, 0, 4 + 2 * count)
    for field_id, form, value in fields:
        struct.pack_into("<" + form, body, slots[field_id], value)
    return bytearray(vtable) + body, start, slots


def _string(text):
    raw = text.encode() if isinstance(text, str) else bytes(text)
    end = b"\0" if isinstance(text, str) else b""
    out = struct.pack("<I", len(raw)) + raw + end
    return out + b"\0" * (-len(out) % 4)


def encode_binary(message):
    """One Message as a FlatBuffer with the file identifier WHB1."""
    fields = []
    for field_id, (name, form) in enumerate(FIELDS):
        value = message.get(name)
        if len(form) == 1:
            value = value or 0
            if value or name in ALWAYS_STORED:
                fields.append((field_id, form, value))
        elif value is not None:
            fields.append((field_id, "I", 0))
    table, start, slots = _table(fields)
    out = bytearray(8) + table
    root = 8 + start
    struct.pack_into("<I", out, 0, root)
    out[4:8] = b"WHB1"

    def refer(at):
        struct.pack_into("<I", out, at, len(out) - at)

    for field_id, (name, form) in enumerate(FIELDS):
        value = message.get(name)
        if len(form) == 1 or value is None:
            continue
        refer(root + slots[field_id])
        if form in ("string", "bytes"):
            out += _string(value)
            continue
        vector = len(out)
        out += struct.pack("<I", len(value)) + b"\0" * (4 * len(value))
        for i, (key, text) in enumerate(value):
            header, header_start, header_slots = _table([(0, "I", 0), (1, "I", 0)])
            at = len(out) + header_start
            struct.pack_into("<I", out, vector + 4 + 4 * i, at - (vector + 4 + 4 * i))
            out += header
            for slot, part in ((header_slots[0], key), (header_slots[1], text)):
                refer(at + slot)
                out += _string(part)
    return bytes(out)


def _fields_of(buf, table):
    """Positions of the stored fields of the table at `table`, by field id; 0 = absent."""
    vtable = table - struct.unpack_from("<i", buf, table)[0]
    size = struct.unpack_from("<H", buf, vtable)[0]
    entries = struct.unpack_from("<%dH" % ((size - 4) // 2), buf, vtable + 4)
    return [table + entry if entry else 0 for entry in entries]


def _follow(buf, at):
    return at + struct.unpack_from("<I", buf, at)[0]


def _bytes_at(buf, at):
    start = _follow(buf, at)
    return buf[start + 4:start + 4 + struct.unpack_from("<I", buf, start)[0]]


def decode_binary(buf):
    if buf[4:8] != b"WHB1":
        raise ProtocolError("not a WProtocol buffer: identifier %r" % buf[4:8])
    places = _fields_of(buf, struct.unpack_from("<I", buf, 0)[0])
    message = {}
    for (name, form), at in zip(FIELDS, places + [0] * len(FIELDS)):
        if not at:
            message[name] = 0 if len(form) == 1 else None
        elif len(form) == 1:
            message[name] = struct.unpack_from("<" + form, buf, at)[0]
        elif form == "string":
            message[name] = _bytes_at(buf, at).decode()
        elif form == "bytes":
            message[name] = bytes(_bytes_at(buf, at))
        else:
            vector = _follow(buf, at)
            message[name] = []
            for i in range(struct.unpack_from("<I", buf, vector)[0]):
                pair = _fields_of(buf, _follow(buf, vector + 4 + 4 * i))
                message[name].append(tuple(_bytes_at(buf, p).decode() for p in pair[:2]))
    return message


# ---------------------------------------------------------------- the JSON form

def encode_json(message):
    out = {"kind": KINDS[message["kind"]]}
    if message.get("method"):
        out["method"] = METHODS[message["method"]]
    for name in ("status", "id", "timeout_ms", "uri", "from", "to", "credit"):
        if message.get(name):
            out[name] = message[name]
    flags = {word: True for word, bit in FLAGS.items() if message.get("flags", 0) & bit}
    if flags:
        out["flags"] = flags
    headers = {}
    for name, value in message.get("headers") or []:
        headers.setdefault(name, []).append(value)
    if headers:
        out["headers"] = {name: v[0] if len(v) == 1 else v for name, v in headers.items()}
    payload = message.get("payload")
    if payload is not None:
        encoding = ENCODINGS[message.get("encoding", 0)]
        out["encoding"] = encoding
        if encoding == "json":
            out["payload"] = json.loads(payload)
        elif encoding == "text":
            out["payload"] = payload.decode()
        else:
            out["payload_base64"] = base64.b64encode(payload).decode()
    return json.dumps(out).encode()


def decode_json(raw):
    given = json.loads(raw)
    message = {name: given.get(name, 0 if len(form) == 1 else None) for name, form in FIELDS}
    message["kind"] = KINDS.index(given["kind"])
    message["method"] = METHODS.index(given.get("method", "call"))
    message["flags"] = sum(FLAGS[word] for word, on in given.get("flags", {}).items() if on)
    message["headers"] = [(name, value) for name, values in given.get("headers", {}).items()
                          for value in (values if isinstance(values, list) else [values])]
    encoding = given.get("encoding", "json" if "payload" in given else "bytes")
    message["encoding"] = ENCODINGS.index(encoding)
    if "payload_base64" in given:
        message["payload"] = base64.b64decode(given["payload_base64"])
    elif "payload" in given:
        value = given["payload"]
        message["payload"] = value.encode() if encoding == "text" else json.dumps(value).encode()
    return message


# ---------------------------------------------------------------- WebSocket (RFC 6455), client side

class WebSocket:
    def __init__(self, url, subprotocol, timeout):
        parts = urlsplit(url)
        self.text = subprotocol.endswith("json")
        self.sock = socket.create_connection((parts.hostname, parts.port or 80), timeout)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((
            "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n"
            % (parts.path or "/", parts.netloc, nonce, subprotocol)).encode())
        self.input = self.sock.makefile("rb")
        status = self.input.readline().decode().strip()
        headers = {}
        while (line := self.input.readline().decode().strip()):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        accept = base64.b64encode(hashlib.sha1((nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        if " 101 " not in status + " " or headers.get("sec-websocket-accept") != accept:
            raise ProtocolError("no upgrade: %s" % status)
        if headers.get("sec-websocket-protocol") != subprotocol:
            raise ProtocolError("the hub chose subprotocol %r" % headers.get("sec-websocket-protocol"))

    def _frame(self, opcode, data):
        length = len(data)
        head = bytes([0x80 | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += struct.pack(">BH", 0x80 | 126, length)
        else:
            head += struct.pack(">BQ", 0x80 | 127, length)
        mask = os.urandom(4)
        repeated = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big") if length else b""
        self.sock.sendall(head + mask + masked)

    def send(self, data):
        self._frame(1 if self.text else 2, data)

    def receive(self):
        """The next message's bytes; None when the other side closed."""
        whole = b""
        while True:
            first, second = self.input.read(2) or (0x88, 0)
            length = second & 127
            if length == 126:
                length = struct.unpack(">H", self.input.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.input.read(8))[0]
            data = self.input.read(length)
            opcode = first & 15
            if opcode == 8:
                return None
            if opcode == 9:
                self._frame(10, data)
            elif opcode in (0, 1, 2):
                whole += data
                if first & 0x80:
                    return whole


# ---------------------------------------------------------------- a session

class Hub:
    """One connection: Hello and Welcome done when the constructor returns."""

    def __init__(self, url, key, json_form=False, timeout=30):
        self.encode, self.decode = (encode_json, decode_json) if json_form else (encode_binary, decode_binary)
        self.socket = WebSocket(url, "whub.v1.json" if json_form else "whub.v1.fbs", timeout)
        self.last_id = 0
        hello = {"agent": "whub-python/1", "resume": None}
        if key:
            hello["key"] = key
        self.send(kind="hello", encoding="json", payload=json.dumps(hello).encode())
        welcome = self.receive()
        if KINDS[welcome["kind"]] != "welcome":
            raise ProtocolError("refused: %s" % (welcome["payload"] or b"").decode())
        self.welcome = json.loads(welcome["payload"])

    def send(self, **message):
        message["kind"] = KINDS.index(message["kind"])
        message["method"] = METHODS.index(message.get("method", "call"))
        message["encoding"] = ENCODINGS.index(message.get("encoding", "bytes"))
        self.socket.send(self.encode(message))

    def receive(self):
        """The next message that is not a Ping, which it answers."""
        while True:
            raw = self.socket.receive()
            if raw is None:
                raise ProtocolError("the hub closed the connection")
            message = self.decode(raw)
            if KINDS[message["kind"]] != "ping":
                return message
            self.send(kind="pong", id=message["id"], payload=message["payload"])

    def call(self, method, uri, payload=None, encoding="bytes", timeout_ms=10000):
        self.last_id += 1
        self.send(kind="request", id=self.last_id, method=method.lower(), uri=uri, payload=payload, encoding=encoding,
                  timeout_ms=timeout_ms)
        while True:
            message = self.receive()
            if KINDS[message["kind"]] == "response" and message["id"] == self.last_id:
                return message

    def provide(self, service):
        registration = {"id": service, "description": "A greeter in Python", "routes": [
            {"pattern": "/hello/:name", "methods": ["GET"]}, {"pattern": "/echo", "methods": ["POST"]}]}
        answer = self.call("POST", "/services/register", json.dumps(registration).encode(), "json")
        if answer["status"] >= 400:
            raise ProtocolError("not registered: %s" % answer["payload"].decode())
        print("providing /%s" % service, flush=True)
        while True:
            request = self.receive()
            if KINDS[request["kind"]] != "request":
                continue
            path = urlsplit(request["uri"]).path.split("/")
            if path[2] == "hello":
                text = "Hello, %s, from Python" % unquote(path[3])
                self.send(kind="response", id=request["id"], status=200, encoding="text", payload=text.encode())
            else:
                self.send(kind="response", id=request["id"], status=200, encoding=ENCODINGS[request["encoding"]],
                          headers=[h for h in request["headers"] or [] if h[0] == "content-type"],
                          payload=request["payload"] or b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="ws://127.0.0.1:7410/")
    parser.add_argument("--key", default=os.environ.get("WHUB_KEY"))
    parser.add_argument("--json-form", action="store_true", help="speak whub.v1.json instead of whub.v1.fbs")
    commands = parser.add_subparsers(dest="command", required=True)
    provide = commands.add_parser("provide")
    provide.add_argument("service")
    call = commands.add_parser("call")
    call.add_argument("method")
    call.add_argument("uri")
    call.add_argument("--body", help="sent as text")
    args = parser.parse_args()
    try:
        hub = Hub(args.url, args.key, args.json_form, None if args.command == "provide" else 30)
        if args.command == "provide":
            hub.provide(args.service)
        body = args.body.encode() if args.body is not None else None
        reply = hub.call(args.method, args.uri, body, "text" if body is not None else "bytes")
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
