"""time.py URL KEY ACTOR: of each list of the API the median and the 99th percentile in ms of 200 requests, one after
another, each a page further where there is one; a line for each, "path median p99"."""
import http.client
import re
import sys
import time

ROUNDS = 200
LISTS = ["/v1/leads", "/v1/leads?stage=mql", "/v1/leads?stage=srl", "/v1/leads?stage=sal", "/v1/leads?owner_team=sales",
         "/v1/leads?owner_team=marketing&stage=nurture", "/v1/handoffs", "/v1/handoffs?state=offered",
         "/v1/handoffs?state=accepted&team=sales", "/v1/handoffs?state=rejected", "/v1/handoffs?state=expired",
         "/v1/handoffs?team=marketing", "/v1/handoffs?assignee=me", "/v1/handoffs?due_before=2020-01-01T00:00:00Z",
         "/v1/handoffs?due_before=2040-01-01T00:00:00Z", "/v1/events", "/v1/feedback", "/v1/campaigns",
         "/v1/attributes", "/v1/reports/stages", "/v1/reports/funnel?basis=flow",
         *("/v1/reports/" + name for name in (
             "gaps", "rejections", "response-times", "bypass", "effort", "requests", "collisions", "distribution", "funnel",
             "source-mix", "capture-types", "nurture", "results", "process", "social", "coverage", "goals", "scoreboard",
             "five-questions"))]

url, key, actor = sys.argv[1:4]
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
headers = {"Authorization": "Bearer " + key, "Baton-Actor": actor}


def get(target):
    began = time.perf_counter()
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        sys.exit(f"{target}: {answer.status} {text.decode()[:300]}")
    following = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return took, following and following[1]


for target in LISTS:
    times, at = [], target
    for _ in range(ROUNDS):
        took, following = get(at)
        times.append(took)
        if took > 2000:
            break  # it is known to miss
        at = following or target
    times.sort()
    print(f"{target} {times[len(times) // 2]:.2f} {times[min(len(times) - 1, len(times) * 99 // 100)]:.2f}")
