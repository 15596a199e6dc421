"""answer.py URL MARKETING SALES ACTOR COUNT: answers so many offers of the team sales in every way there is, through
the API: claimed and kept, accepted, rejected, returned, qualified, withdrawn. MARKETING is the key of a member of
marketing, SALES that of the team, ACTOR a member of it."""
import http.client
import json
import sys

url, marketing, sales, actor, count = sys.argv[1:6]
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)


def call(key, target, body):
    headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
    if key == sales:
        headers["Baton-Actor"] = actor
    connection.request("POST", target, json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{target}: {answer.status} {text.decode()}")
    return json.loads(text)


def step(handoff, what, key=None, **body):
    call(key or sales, f"/v1/handoffs/{handoff}/{what}", body)


done = 0
while done < int(count):
    claimed = call(sales, "/v1/handoffs/claim", {"team": "sales", "limit": 50, "lease_seconds": 86400})["data"]
    if not claimed:
        sys.exit(f"the queue is empty after {done}")
    for item in claimed:
        handoff, way = item["handoff"]["id"], done % 8
        done += 1
        if way in (1, 2, 4, 5):
            step(handoff, "accept")
        if way == 3:
            step(handoff, "reject", reason="too_small")
        elif way == 4:
            step(handoff, "return", reason="too_small")
        elif way == 5:
            step(handoff, "qualify")
        elif way == 6:
            step(handoff, "release")
            step(handoff, "withdraw", marketing)
