"""recount.py FOLDER <RESULT: counts the lists in the folder by its own means, and compares every count
of the back-test's result with that. Shares nothing with Baton but the definition's words."""
import csv
import datetime
import json
import re
import math
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
text = sys.stdin.read()
printed = json.loads(text)
# Numbers are printed as they were rounded, not as the nearest binary fraction.
if re.search(r"\d\.\d{5}", text):
    sys.exit("a share is printed with more than four decimals")
deals = {row["Prospect ID"]: row for row in csv.DictReader(open(folder / "deals.csv"))}

Z = 1.959963984540054


def day(text):
    return datetime.date.fromisoformat(text)


def wilson(count, of):
    if of == 0:
        return None, None
    share = count / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def verdict(row, known):
    """Result, and met, unmet or unknown of each criterion."""
    def seen(name, kind=str):
        text = row[name] if known else ""
        return None if text in ("", "Select") else kind(text)

    def test(value, met):
        return "unknown" if value is None else "met" if met(value) else "unmet"

    visits = seen("Total Visits", int)
    results = {
        "origin": test(seen("Lead Origin"), lambda v: v in ("Google", "Reference")),
        "visits": test(visits, lambda v: v >= 3),
        "views": test(seen("Page Views Per Visit", float), lambda v: v > 2.5),
        "email": test(seen("Do Not Email"), lambda v: v == "Yes"),
    }
    score = 0
    if results["visits"] == "met":
        score += 40 if visits >= 8 else 20
    if results["views"] == "met":
        score += 20
    if results["email"] == "met" or results["origin"] == "unmet" or score < 20:
        return "not_qualified", results
    return ("unclear" if results["origin"] == "unknown" else "qualified"), results


totals = {"qualified": 0, "unclear": 0, "not_qualified": 0}
criteria = {name: {what: dict(leads=0, answered=0, won=0) for what in ("met", "unmet", "unknown")}
            for name in ("origin", "visits", "views", "email")}
months = {}
matches = {target: [0, 0, 0, 0] for target in ("accepted", "sql", "won")}
leads = 0
for row in csv.DictReader(open(folder / "list.csv")):
    leads += 1
    deal = deals.get(row["Prospect ID"])
    moment = day(deal["Closed"]) if deal else day(row["First Seen"])
    result, each = verdict(row, deal is None or day(row["First Seen"]) < moment)
    totals[result] += 1
    for name, what in each.items():
        group = criteria[name][what]
        group["leads"] += 1
        group["answered"] += deal is not None
        group["won"] += deal is not None and deal["Outcome"] == "won"
    month = months.setdefault(moment.strftime("%Y-%m-01"), {"leads": 0, "qualified": 0, "unclear": 0, "not_qualified": 0})
    month["leads"] += 1
    month[result] += 1
    for target in matches if deal else ():
        reached = target != "won" or deal["Outcome"] == "won"
        matches[target][(0 if reached else 1) if result == "qualified" else (2 if reached else 3)] += 1

faults = 0


def same(what, ours, theirs):
    global faults
    if ours != theirs:
        print(f"{what}: counted {ours}, printed {theirs}", file=sys.stderr)
        faults += 1


def same_share(what, count, of, share):
    low, high = wilson(count, of)
    same(what + " count", [count, of], [share["count"], share["of"]])
    if of == 0:
        same(what, [None] * 3, [share["rate"], share["low"], share["high"]])
        return
    same(what + " rate", round(count / of, 4), share["rate"])
    same(what + " low", math.floor(low * 10000 + 1e-9) / 10000, share["low"])
    same(what + " high", math.ceil(high * 10000 - 1e-9) / 10000, share["high"])


side = printed["result"]
same("leads", leads, printed["leads"])
same("without outcome", leads - len(deals), printed["coverage"]["without_outcome"])
same_share("coverage", len(deals), leads, printed["coverage"]["answered"])
same("won", sum(d["Outcome"] == "won" for d in deals.values()), printed["coverage"]["won"])
same("judged", {"first_verdict": 0, "first_handoff": len(deals), "last_told": leads - len(deals)}, printed["judged_as_of"])
same("results", totals, {name: side[name] for name in totals})
same("criteria", list(criteria), [item["id"] for item in side["criteria"]])
for item in side["criteria"]:
    for what, group in criteria[item["id"]].items():
        same(f"{item['id']} {what}", [group["leads"], group["answered"]], [item[what]["leads"], item[what]["answered"]])
        same_share(f"{item['id']} {what} won", group["won"], group["answered"], item[what]["won"])
same("months", [dict(month=name, **months[name]) for name in sorted(months)], side["months"])
for target, (tp, fp, fn, tn) in matches.items():
    match = side[target]
    same(target, [tp, fp, fn, tn], [match[k] for k in ("true_positive", "false_positive", "false_negative", "true_negative")])
    # an import's deals are over, and all of one day, so that none is open or too young
    same(target + " open and immature", [0, 0], [match["open"], match["immature"]])
    if tp + fn == 0 or fp + tn == 0:
        same(target + " without contrast", [None, None], [match["precision"], match["recall"]])
        same(target + " why", True, bool(match["why_none"]))
        continue
    same_share(target + " precision", tp, tp + fp, match["precision"])
    same_share(target + " recall", tp, tp + fn, match["recall"])
sys.exit(1 if faults else 0)
