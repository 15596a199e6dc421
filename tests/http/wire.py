"""A connection that sends what it is given, byte for byte, and reads HTTP answers."""

import http.client
import socket
import time

ANSWER_WAIT_S = 120
IDLE_MAX_S = 20  # the server ends idle connections after 60 s


class Dropped(Exception):
    """The connection ended where an answer was due."""


class Wire:
    def __init__(self, port):
        self.port = port
        self.socket = None
        self.used = 0.0

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def connect(self):
        if self.socket is not None and time.monotonic() - self.used < IDLE_MAX_S:
            return
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), ANSWER_WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, target, headers, body):
        """(status, headers as pairs, body); target, names, values and body are bytes."""
        lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: baton.example"]
        lines += [b"%s: %s" % pair for pair in headers]
        self.connect()
        try:
            self.socket.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            return self.answer(method.decode())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Dropped("%s: %s" % (type(error).__name__, error)) from error

    def answer(self, method):
        answer = http.client.HTTPResponse(self.socket, method=method)
        try:
            answer.begin()
            endless = answer.getheader("Content-Type") == "text/event-stream"
            body = answer.read1() if endless and method != "HEAD" else answer.read()
        finally:
            answer.close()
        self.used = time.monotonic()
        if answer.will_close or endless:
            self.close()
        return answer.status, answer.getheaders(), body


def chunked(body, sizes):
    """The body in chunks of these sizes, the last of them repeated."""
    out, rest = [], body
    while rest:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        out.append(b"%x\r\n%s\r\n" % (len(rest[:size]), rest[:size]))
        rest = rest[size:]
    return b"".join(out) + b"0\r\n\r\n"
