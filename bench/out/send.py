#!/usr/bin/python3
"""send.py TARGETS RATE SECONDS: makes TARGETS subscriptions to a receiver of its own, captures leads so that RATE deliveries a
second follow, and prints how long after its event each arrived.

Environment: BATON_LISTEN, KEY (captures), ADMIN (subscribes)."""
import asyncio
import datetime
import http.client
import json
import os
import sys
import threading
import time

targets, rate, seconds = (int(word) for word in sys.argv[1:4])
late, listening = [], threading.Event()
port = 0


async def take(reader, writer):
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            body = await reader.readexactly(length)
            now = time.time()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            said = json.loads(body)
            late.append(now - datetime.datetime.fromisoformat(said["timestamp"]).timestamp())
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def listen():
    global port
    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    listening.set()
    await server.serve_forever()


def post(connection, path, key, body):
    connection.request("POST", path, json.dumps(body), {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 201:
        sys.exit("%d %s" % (answer.status, text.decode()))


threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()
listening.wait()
baton = http.client.HTTPConnection(os.environ["BATON_LISTEN"])
for n in range(targets):
    post(baton, "/v1/subscriptions", os.environ["ADMIN"], {
        "name": "to-%d" % n, "events": ["lead.captured"], "target": {"kind": "webhook", "url": "http://127.0.0.1:%d/%d" % (port, n)}})
begun = time.time()
leads = rate * seconds // targets
for n in range(leads):
    time.sleep(max(0, begun + n * targets / rate - time.time()))
    post(baton, "/v1/leads", os.environ["KEY"], {"email": "out.%d@c.example" % n})
took = time.time() - begun
until = time.time() + 60
while len(late) < leads * targets and time.time() < until:
    time.sleep(0.05)
all_took = time.time() - begun
late.sort()
print("%d events to %d targets: %d deliveries asked for in %.1f s, %d arrived in %.1f s (%.0f a second)" % (
    leads, targets, leads * targets, took, len(late), all_took, len(late) / all_took))
print("from event to arrival, ms: median %.0f, p99 %.0f, most %.0f" % tuple(
    1000 * late[min(len(late) - 1, int(len(late) * part))] for part in (0.5, 0.99, 1)))
