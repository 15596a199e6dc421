"""capture.py URL KEY COUNT FIRST: COUNT captures, one after another on one connection, each of a new
lead that qualifies and is offered; the addresses begin at number FIRST."""
import http.client
import json
import sys
import time

url, key, count, first = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
for n in range(first, first + count):
    body = {
        "email": f"p{n}@c{n % 50}.example",
        "attributes": {"company.employees": 50 + n % 500, "seniority": "vp", "country": "DE", "industry": "saas"},
        "touch": {"kind": "form_submitted", "source": "google", "medium": "cpc", "campaign": f"c{n % 20}",
                  "event_id": f"e-{n}"},
    }
    for _ in range(60):  # on a busy machine it may not have all of its connections yet
        connection.request("POST", "/v1/leads", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 503:
            break
        time.sleep(1)
    if answer.status != 201:
        sys.exit(f"capture {n}: {answer.status} {text.decode()}")
