"""recount.py FOLDER MOVERS <RESULT: counts the lists in the folder by its own means, and compares every
count of the back-test's result, and every mover of the table, with that. Shares nothing with Baton but the
definitions' words."""
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


# The two definitions, each criterion as (attribute, kind of value, test, points of a value, role).
DEFINITIONS = {
    "now": {"criteria": {
        "origin": ("Lead Origin", str, lambda v: v in ("Google", "Reference"), lambda v: 0, "required"),
        "visits": ("Total Visits", int, lambda v: v >= 3, lambda v: 40 if v >= 8 else 20, "engagement"),
        "views": ("Page Views Per Visit", float, lambda v: v > 2.5, lambda v: 20, "engagement"),
        "email": ("Do Not Email", str, lambda v: v == "Yes", lambda v: 0, "disqualifier")},
        "thresholds": {"total": 20}},
    "before": {"criteria": {
        "origin": ("Lead Origin", str, lambda v: v in ("Google", "Direct Traffic"), lambda v: 0, "required"),
        "visits": ("Total Visits", int, lambda v: v >= 3, lambda v: 45 if v >= 6 else 15, "engagement"),
        "views": ("Page Views Per Visit", float, lambda v: v > 4, lambda v: 30, "engagement"),
        "read": ("Do Not Email", str, lambda v: v == "No", lambda v: 15, "readiness")},
        "thresholds": {"engagement": 15, "total": 30}},
}


class Verdict:
    """Of one definition on a row, of which nothing is known where it came too late."""

    def __init__(self, which, row, known):
        definition = DEFINITIONS[which]
        self.results, self.points, self.roles = {}, {}, {}
        for name, (column, kind, test, worth, role) in definition["criteria"].items():
            text = row[column] if known else ""
            value = None if text in ("", "Select") else kind(text)
            self.results[name] = "unknown" if value is None else "met" if test(value) else "unmet"
            self.points[name] = worth(value) if self.results[name] == "met" else 0
            self.roles[name] = role
        self.score = sum(self.points.values())
        in_the_way = [n for n, r in self.results.items()
                      if (self.roles[n] == "disqualifier" and r == "met") or (self.roles[n] == "required" and r != "met")]
        self.missed = [name for name, least in definition["thresholds"].items() if self.of(name) < least]
        self.in_the_way = in_the_way
        blocked = any(self.roles[n] == "disqualifier" or self.results[n] == "unmet" for n in in_the_way)
        # no required criterion here gives points, so an unknown one changes no threshold
        self.result = "not_qualified" if blocked or self.missed else "unclear" if in_the_way else "qualified"
        self.total_decides = not in_the_way and all(name == "total" for name in self.missed)

    def of(self, threshold):
        return sum(p for n, p in self.points.items() if threshold in ("total", self.roles[n]))


def cause_of(failed, passed):
    """What makes the difference, as (criterion, threshold, alone)."""
    if failed.in_the_way:
        return failed.in_the_way[0], "", len(failed.in_the_way) == 1 and not failed.missed
    threshold = failed.missed[0]
    short = {}
    for name in list(failed.points) + [n for n in passed.points if n not in failed.points]:
        def given(one):
            return one.points.get(name, 0) if threshold in ("total", one.roles.get(name)) else 0
        if given(passed) > given(failed):
            short[name] = given(passed) - given(failed)
    most = max(short.values(), default=0)
    name = next((n for n in short if short[n] == most), "")
    return name, "" if name else threshold, len(failed.missed) == 1 and len(short) <= 1


TARGETS = ("accepted", "sql", "won")


def blank():
    return {"totals": {"qualified": 0, "unclear": 0, "not_qualified": 0},
            "criteria": {}, "months": {}, "matches": {target: [0, 0, 0, 0] for target in TARGETS}}


sides = {which: blank() for which in DEFINITIONS}
for which, definition in DEFINITIONS.items():
    sides[which]["criteria"] = {name: {what: dict(leads=0, answered=0, won=0) for what in ("met", "unmet", "unknown")}
                                for name in definition["criteria"]}
leads = 0
moments = []
movers = {}  # by the list's id
scores = []  # total, and the deal, of leads of which the total alone decides


def has_reached(deal, target):
    return target != "won" or deal["Outcome"] == "won"


for row in csv.DictReader(open(folder / "list.csv")):
    leads += 1
    deal = deals.get(row["Prospect ID"])
    moment = day(deal["Closed"]) if deal else day(row["First Seen"])
    moments.append(moment)
    verdicts = {}
    for which, side in sides.items():
        found = verdicts[which] = Verdict(which, row, deal is None or day(row["First Seen"]) < moment)
        side["totals"][found.result] += 1
        for name, what in found.results.items():
            group = side["criteria"][name][what]
            group["leads"] += 1
            group["answered"] += deal is not None
            group["won"] += deal is not None and deal["Outcome"] == "won"
        month = side["months"].setdefault(moment.strftime("%Y-%m-01"), {"leads": 0, "qualified": 0, "unclear": 0, "not_qualified": 0})
        month["leads"] += 1
        month[found.result] += 1
        for target in TARGETS if deal else ():
            place = (0 if has_reached(deal, target) else 1) + (0 if found.result == "qualified" else 2)
            side["matches"][target][place] += 1
    now, before = verdicts["now"], verdicts["before"]
    if now.total_decides:
        scores.append((now.score, deal))
    if (now.result == "qualified") != (before.result == "qualified"):
        way = "in" if now.result == "qualified" else "out"
        cause = cause_of(before, now) if way == "in" else cause_of(now, before)
        movers[row["Prospect ID"]] = dict(way=way, criterion=cause[0], threshold=cause[1], alone=cause[2], deal=deal,
                                          score=now.score, score_against=before.score, judged_at=moment)
totals = sides["now"]["totals"]

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
# ---- each side ----

weeks = max(1, (max(moments) - min(moments)).days / 7)


def one_decimal(number):
    return math.floor(number * 10 + 0.5) / 10


def same_match(what, counts, match):
    tp, fp, fn, tn = counts
    same(what, [tp, fp, fn, tn], [match[k] for k in ("true_positive", "false_positive", "false_negative", "true_negative")])
    # an import's deals are over, and all of one day, so that none is open or too young
    same(what + " open and immature", [0, 0], [match["open"], match["immature"]])
    if tp + fn == 0 or fp + tn == 0:
        same(what + " without contrast", [None, None], [match["precision"], match["recall"]])
        same(what + " why", True, bool(match["why_none"]))
        return
    same_share(what + " precision", tp, tp + fp, match["precision"])
    same_share(what + " recall", tp, tp + fn, match["recall"])


def same_side(what, ours, theirs):
    same(what + " results", ours["totals"], {name: theirs[name] for name in ours["totals"]})
    same(what + " per week", one_decimal(ours["totals"]["qualified"] / weeks), theirs["per_week"])
    same(what + " criteria", list(ours["criteria"]), [item["id"] for item in theirs["criteria"]])
    for item in theirs["criteria"]:
        for how, group in ours["criteria"][item["id"]].items():
            name = f"{what} {item['id']} {how}"
            same(name, [group["leads"], group["answered"]], [item[how]["leads"], item[how]["answered"]])
            same_share(name + " won", group["won"], group["answered"], item[how]["won"])
    same(what + " months", [dict(month=name, **ours["months"][name]) for name in sorted(ours["months"])], theirs["months"])
    for target, counts in ours["matches"].items():
        same_match(f"{what} {target}", counts, theirs[target])


same_side("now", sides["now"], side)
same_side("before", sides["before"], printed["against"])

# ---- base rate and volume ----

for target in TARGETS:
    same_share("base " + target, sum(has_reached(d, target) for d in deals.values()), len(deals), printed["base"][target])
same("volume", {"weeks": one_decimal(weeks), "leads_per_week": one_decimal(leads / weeks), "capacity_per_week": None}, printed["volume"])

# ---- every total ----

same("step", 20, printed["scores"]["step"])
same("threshold", 20, printed["scores"]["threshold"])
same("totals", sorted({score for score, _ in scores}, reverse=True), [item["total"] for item in printed["scores"]["totals"]])
for item in printed["scores"]["totals"]:
    above = [deal for score, deal in scores if score >= item["total"]]
    what = f"total {item['total']}"
    same(what, [sum(score == item["total"] for score, _ in scores), len(above), one_decimal(len(above) / weeks)],
         [item["leads"], item["qualified"], item["per_week"]])
    for target in TARGETS:
        answered = [deal for deal in above if deal]
        hits = sum(has_reached(deal, target) for deal in answered)
        all_hits = sum(has_reached(deal, target) for deal in deals.values())
        contrast = 0 < all_hits < len(deals)
        same(f"{what} {target}", [hits, len(answered),
                                  round(hits / len(answered), 4) if contrast and answered else None,
                                  round(hits / all_hits, 4) if contrast else None],
             [item[target][key] for key in ("reached", "of", "precision", "recall")])
if totals["qualified"] != next(item["qualified"] for item in printed["scores"]["totals"][::-1] if item["total"] >= 20):
    same("qualified at the threshold", totals["qualified"], "something else")

# ---- movers ----

for way, key in (("in", "now_qualified"), ("out", "no_longer_qualified")):
    mine = {name: one for name, one in movers.items() if one["way"] == way}
    change = printed["changes"][key]
    same(way, len(mine), change["count"])
    same(way + " sample", min(20, len(mine)), len(change["sample"]))
    for target in TARGETS:
        answered = [one["deal"] for one in mine.values() if one["deal"]]
        same_share(f"{way} {target}", sum(has_reached(d, target) for d in answered), len(answered), change[target])
    causes = {}
    for one in mine.values():
        causes.setdefault((one["criterion"], one["threshold"]), []).append(one)
    same(way + " causes", {cause: len(of) for cause, of in causes.items()},
         {(by["criterion"] or "", by["threshold"] or ""): by["leads"] for by in change["by"]})
    same(way + " causes in order", sorted((by["leads"] for by in change["by"]), reverse=True), [by["leads"] for by in change["by"]])
    for by in change["by"]:
        of = causes.get((by["criterion"] or "", by["threshold"] or ""), [])
        what = f"{way} by {by['criterion'] or by['threshold']}"
        same(what, [sum(one["alone"] for one in of), len(of)], [by["alone"], by["listed"]])
        answered = [one["deal"] for one in of if one["deal"]]
        for target in TARGETS:
            same_share(f"{what} {target}", sum(has_reached(d, target) for d in answered), len(answered), by[target])

for target in TARGETS:
    answered = [one for one in movers.values() if one["deal"]]
    better = sum((one["way"] == "in") == has_reached(one["deal"], target) for one in answered)
    worse = len(answered) - better
    n, least = better + worse, min(better, worse)
    p = min(1.0, 2 * sum(math.comb(n, i) for i in range(least + 1)) / 2 ** n)
    paired = printed["changes"]["paired"][target]
    contrast = 0 < sum(has_reached(d, target) for d in deals.values()) < len(deals)
    same(target + " paired", [better, worse, math.ceil(p * 10000 - 1e-9) / 10000 if contrast else None], [paired[key] for key in ("better", "worse", "p")])

table = list(csv.DictReader(open(sys.argv[2], newline="")))
same("movers in the table", sorted(movers), sorted(row["external_ids"].removeprefix("list:") for row in table))
for row in table:
    one = movers[row["external_ids"].removeprefix("list:")]
    outcomes = [("reached" if has_reached(one["deal"], target) else "missed") if one["deal"] else "" for target in TARGETS]
    same(row["external_ids"], [one["way"], one["criterion"], one["threshold"], str(one["alone"]).lower(), str(one["score"]),
                               str(one["score_against"]), one["judged_at"].isoformat() + "T00:00:00Z", *outcomes,
                               "/v1/leads/" + row["lead_id"]],
         [row[key] for key in ("way", "criterion", "threshold", "alone", "score", "score_against", "judged_at", *TARGETS, "link")])
sys.exit(1 if faults else 0)
