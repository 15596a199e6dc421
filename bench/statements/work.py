"""work.py URL KEY ACTOR claim|accept COUNT FILE: COUNT claims on one connection, one after another, each of
one handoff of the team sales, whose ids go into FILE; or the acceptance of those in FILE."""
import http.client
import json
import sys

url, key, actor, what, count, path = sys.argv[1:7]
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
headers = {"Authorization": "Bearer " + key, "Baton-Actor": actor, "Content-Type": "application/json"}


def post(target, body):
    connection.request("POST", target, json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{target}: {answer.status} {text.decode()}")
    return json.loads(text)


if what == "claim":
    with open(path, "w") as claimed:
        for _ in range(int(count)):
            claimed.write(post("/v1/handoffs/claim", {"team": "sales"})["data"][0]["handoff"]["id"] + "\n")
else:
    with open(path) as claimed:
        for handoff in claimed.read().split()[: int(count)]:
            post(f"/v1/handoffs/{handoff}/accept", {})
