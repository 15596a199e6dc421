#!/usr/bin/python3
"""send.py RECEIVER TARGETS RATE SECONDS PID [POSTGRES]: makes TARGETS subscriptions to bench_receive, captures leads so that RATE
deliveries a second follow, and prints how long after its event each arrived, and the processor time of Baton (PID) and PostgreSQL
for each.

Environment: BATON_LISTEN, KEY (captures), ADMIN (subscribes)."""
import http.client
import json
import os
import subprocess
import sys
import threading
import time

program, targets, rate, seconds = sys.argv[1], *(int(word) for word in sys.argv[2:5])
leads = rate * seconds // targets


def spent():
    said = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "..", "ticks.py"), *sys.argv[5:]],
                          capture_output=True, text=True, check=True)
    return [int(word) for word in said.stdout.split()]


def post(connection, path, key, body):
    connection.request("POST", path, json.dumps(body), {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 201:
        sys.exit("%d %s" % (answer.status, text.decode()))


receiver = subprocess.Popen([program, str(leads * targets)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
port = int(receiver.stdout.readline())
baton = http.client.HTTPConnection(os.environ["BATON_LISTEN"])
for n in range(targets):
    post(baton, "/v1/subscriptions", os.environ["ADMIN"], {
        "name": "to-%d" % n, "events": ["lead.captured"], "target": {"kind": "webhook", "url": "http://127.0.0.1:%d/%d" % (port, n)}})
before, begun = spent(), time.time()
for n in range(leads):
    time.sleep(max(0, begun + n * targets / rate - time.time()))
    post(baton, "/v1/leads", os.environ["KEY"], {"email": "out.%d@c.example" % n})
took = time.time() - begun
give_up = threading.Timer(60, lambda: receiver.stdin.write("\n") and receiver.stdin.flush())
give_up.start()
came, median, p99, most = (int(word) for word in receiver.stdout.readline().split())
give_up.cancel()
all_took = time.time() - begun
time.sleep(1)  # what has come of the last ones is written
each = [(now - then) / max(1, came) for now, then in zip(spent(), before)]
print("%d events to %d targets: %d deliveries asked for in %.1f s, %d arrived in %.1f s (%.0f a second)" % (
    leads, targets, leads * targets, took, came, all_took, came / all_took))
print("from event to arrival, ms: median %d, p99 %d, most %d" % (median, p99, most))
print("processor for each delivery, a fiftieth of its capture included, µs: Baton %.0f%s" % (
    each[0], ", PostgreSQL %.0f" % each[1] if len(each) > 1 else ""))
