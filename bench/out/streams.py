#!/usr/bin/python3
"""streams.py PID COUNT: opens COUNT event streams and prints what the process PID takes more with them.

Environment: BATON_LISTEN, ADMIN (reads)."""
import os
import socket
import sys
import time


def resident(pid):
    with open("/proc/%s/status" % pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


pid, count = sys.argv[1], int(sys.argv[2])
host, port = os.environ["BATON_LISTEN"].split(":")
before, streams = resident(pid), []
for _ in range(count):
    stream = socket.create_connection((host, int(port)))
    stream.sendall(("GET /v1/events/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n" % os.environ["ADMIN"]).encode())
    if not stream.recv(4096).startswith(b"HTTP/1.1 200"):
        sys.exit("a stream is refused after %d" % len(streams))
    streams.append(stream)
time.sleep(2)
after = resident(pid)
print("%d streams: %.1f MiB before, %.1f MiB with them" % (count, before / 1024, after / 1024))
