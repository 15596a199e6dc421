#!/usr/bin/python3
"""send.py LEADS CONNECTIONS [FIRST]: captures leads by POST /v1/leads/batch, 1,000 each, numbered from FIRST on; prints
the seconds it took.

Environment: BATON_LISTEN, KEY. The bodies are made before the clock starts."""
import http.client
import json
import os
import sys
import threading
import time

BATCH = 1000
TIMEOUT_S = 60

leads, connections = int(sys.argv[1]), int(sys.argv[2])
start = int(sys.argv[3]) if len(sys.argv) > 3 else 0


def lead(n):
    return {"email": f"b.{n}@c{n % 5000}.example",
            "attributes": {"company.employees": 50 + n % 500, "seniority": "vp", "country": "DE", "industry": "saas"},
            "touch": {"kind": "form_submitted", "source": "google", "medium": "cpc", "campaign": f"c{n % 20}",
                      "event_id": f"b-{n}"}}


def body(first):
    return json.dumps({"leads": [lead(n) for n in range(first, min(first + BATCH, start + leads))]}).encode()


bodies = [body(first) for first in range(start, start + leads, BATCH)]
answers = []


def send(mine):
    connection = http.client.HTTPConnection(os.environ["BATON_LISTEN"], timeout=TIMEOUT_S)
    for one in mine:
        connection.request("POST", "/v1/leads/batch", one,
                           {"Authorization": "Bearer " + os.environ["KEY"], "Content-Type": "application/json"})
        answer = connection.getresponse()
        answers.append((answer.status, answer.read()))


threads = [threading.Thread(target=send, args=(bodies[i::connections],)) for i in range(connections)]
began = time.monotonic()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
took = time.monotonic() - began
made = sum(answer.count(b'"status":201') for status, answer in answers if status == 200)
if made != leads:
    sys.exit(f"{made} of {leads} leads were made; {sorted({status for status, _ in answers})}: {answers[0][1][:300]!r}")
print(f"{took:.3f}")
