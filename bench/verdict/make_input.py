#!/usr/bin/python3
"""Writes input.json for both sides: a definition of ten criteria, the same as json-logic rules, and
leads. Fixed seed: the same input every time."""
import json
import random
import sys

NOW = 1795341600000  # 2026-11-22T10:00:00Z in milliseconds
DAY = 86400000
LEADS = 1000
KINDS = ["form_submitted", "webinar_attended", "demo_requested", "page_viewed", "email_clicked", "call"]
SENIORITY = ["intern", "specialist", "manager", "director", "vp", "c_level", "owner"]
COUNTRIES = ["de", "at", "ch", "fr", "us", "gb", "br"]


def attribute(name, op, value):
    return {"attribute": name, "op": op, "value": value}


def touches(kinds, days, least):
    return {"touches": {"kind": kinds, "within_days": days}, "op": "gte", "value": least}


CRITERIA = [
    ("company-size", "fit", 20, attribute("company.employees", "gte", 50)),
    ("decision-maker", "fit", "required", attribute("seniority", "in", ["director", "vp", "c_level", "owner"])),
    ("market", "fit", 10, attribute("country", "in", ["de", "at", "ch"])),
    ("business-email", "fit", 10, attribute("email.is_free_mail", "eq", False)),
    ("revenue", "fit", 10, attribute("company.revenue", "gt", 1000000)),
    ("industry", "fit", 5, attribute("industry", "ne", "public")),
    ("engaged", "engagement", 40, touches(["form_submitted", "webinar_attended"], 90, 1)),
    ("returns", "engagement", 10, touches(["page_viewed", "email_clicked"], 30, 3)),
    ("asked-for-demo", "readiness", 40, touches(["demo_requested"], 30, 1)),
    ("competitor", "disqualifier", None, attribute("company.domain", "in", ["rival.example", "rival.test"])),
]


def criterion(code, kind, worth, test):
    out = {"id": code, "title": code, "kind": kind, "test": test}
    if worth == "required":
        out["required"] = True
    elif worth is not None:
        out["points"] = worth
    return out


def logic(test):
    if "attribute" in test:
        var = {"var": test["attribute"].replace(".", "_")}
        op = {"gte": ">=", "gt": ">", "eq": "===", "ne": "!==", "in": "in"}[test["op"]]
        return {op: [var, test["value"]]}
    wanted = test["touches"]
    recent = {"filter": [{"var": "touches"}, {"and": [
        {"in": [{"var": "kind"}, wanted["kind"]]},
        {">=": [{"var": "at"}, NOW - wanted["within_days"] * DAY]}]}]}
    count = {"reduce": [recent, {"+": [{"var": "accumulator"}, 1]}, 0]}
    return {">=": [count, test["value"]]}


def lead(chance):
    attributes = {
        "company.employees": chance.choice([5, 20, 49, 50, 120, 800, 5000]),
        "seniority": chance.choice(SENIORITY),
        "country": chance.choice(COUNTRIES),
        "email.is_free_mail": chance.random() < 0.3,
        "company.revenue": chance.randrange(0, 5000000),
        "industry": chance.choice(["software", "retail", "public"]),
        "company.domain": chance.choice(["acme.example", "globex.example", "rival.example"]),
        "first_name": "Kim",
        "language": "de",
        "utm.term": "crm",
    }
    for name in list(attributes):
        if chance.random() < 0.15:
            del attributes[name]
    happened = sorted((NOW - chance.randrange(0, 120 * DAY) for _ in range(chance.randrange(0, 8))), reverse=True)
    return {"attributes": attributes, "touches": [{"kind": chance.choice(KINDS), "at": at} for at in happened]}


def main():
    chance = random.Random(4)
    document = {
        "term": "mql", "title": "Ten criteria", "criteria": [criterion(*one) for one in CRITERIA],
        "thresholds": {"total": 60, "fit": 20},
        "reasons": [{"code": "other", "title": "Other", "about": "gap", "then": "nurture"}]}
    rules = [{"id": code, "kind": kind, "required": worth == "required",
              "points": worth if isinstance(worth, int) else 0,
              "name": test["attribute"].replace(".", "_") if "attribute" in test else None,
              "logic": logic(test)} for code, kind, worth, test in CRITERIA]
    leads = [lead(chance) for _ in range(LEADS)]
    json.dump({"now": NOW, "document": document, "rules": rules, "leads": leads}, sys.stdout)


main()
