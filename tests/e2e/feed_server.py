# SPDX-License-Identifier: Apache-2.0
"""Feeds for tests: Protobuf written by hand, and a server whose answers a test sets by path."""

import http.server
import threading
import time


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def feed(vehicles, timestamp=None, padding=0):
    """A FeedMessage with a vehicle position for each id; `padding` bytes of label each."""
    header = field(1, b"2.0") + varint(3 << 3) + varint(int(time.time()) if timestamp is None else timestamp)
    message = field(1, header)
    for vehicle in vehicles:
        descriptor = field(1, vehicle.encode()) + (field(2, b"x" * padding) if padding else b"")
        message += field(2, field(1, b"e-" + vehicle.encode()) + field(4, field(8, descriptor)))
    return message


class FeedServer:
    """`answers[path]` is a function of the request's number, from 0, that gives (status, headers, body); None hangs.
    `asked` holds (path with query, headers) of every request."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.counts = {}
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request):
        path = request.path.split("?")[0]
        with self.lock:
            self.asked.append((request.path, dict(request.headers)))
            number = self.counts.get(path, 0)
            self.counts[path] = number + 1
        answer = self.answers[path](number) if path in self.answers else (404, {}, b"no such feed")
        if answer is None:
            time.sleep(3600)
            return
        status, headers, body = answer
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if status != 304:
            request.wfile.write(body)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
