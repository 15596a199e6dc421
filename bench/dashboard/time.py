"""time.py URL KEY: of each question that a dashboard or a sales tool asks the median and the 99th percentile in ms of 50 requests; a line
for each, "path median p99"."""
import http.client
import sys
import time

ROUNDS = 50
DIMENSIONS = ["source", "medium", "campaign", "channel", "content", "function", "direction"]
MODELS = ["first", "last", "last_non_direct", "linear", "position_based", "w_shaped", "full_path", "time_decay", "markov", "shapley"]
ATTRIBUTION = "/v1/attribution?milestone="
PERIOD = "from=2026-08-01&to=2026-08-31"  # of days with leads: filled are a thousand days up to 2026-09-27
COUNTED = ([f"{ATTRIBUTION}mql&model={model}&by=source" for model in MODELS]
           + [f"{ATTRIBUTION}customer&model=linear&by={by}" for by in DIMENSIONS]
           + [f"{ATTRIBUTION}mql&model=linear&by=campaign&interval=month",
              f"{ATTRIBUTION}mql&model=linear&by=source&interval=day&from=2026-01-01&to=2026-04-01",
              f"{ATTRIBUTION}mql&model=linear&by=source&from=2025-03-15&to=2026-02-10",
              f"{ATTRIBUTION}mql&model=markov&null_paths=true&by=channel",
              f"{ATTRIBUTION}customer&model={','.join(MODELS)}&by=source"])
REPORTS = [f"/v1/reports/{report}{PERIOD}" for report in (
    "funnel?", "funnel?by=source&", "funnel?by=campaign&", "funnel?basis=flow&", "funnel?basis=flow&by=source&", "gaps?", "results?",
    "results?by=source&", "process?", "capture-types?", "nurture?", "coverage?", "response-times?", "rejections?", "distribution?")]
YEARS = ["/v1/reports/source-mix", "/v1/reports/funnel?from=2025-09-27&to=2026-09-27"]
OTHERS = ["/v1/reports/stages", "/v1/reports/scoreboard", "/v1/reports/goals", "/v1/reports/five-questions", "/v1/leads?limit=50",
          "/v1/leads?stage=customer&limit=50", "/v1/leads?reached=sql&limit=50", "/v1/handoffs?state=offered&limit=50",
          "/v1/events?limit=50"]

url, key = sys.argv[1:3]
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
headers = {"Authorization": "Bearer " + key}

for target in COUNTED + REPORTS + YEARS + OTHERS:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            sys.exit(f"{target}: {answer.status} {text.decode()[:300]}")
        if b'"counted_to":null' in text:
            sys.exit(f"{target}: it was read from the leads")
    times.sort()
    print(f"{target.removeprefix('/v1')} {times[len(times) // 2]:.2f} {times[len(times) * 99 // 100]:.2f}", flush=True)
