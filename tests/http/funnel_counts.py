#!/usr/bin/python3
"""What attribution must say of a funnel, counted from its files and nothing else.

  funnel_counts.py FOLDER [WINDOW_DAYS]      FOLDER has marketing_qualified_leads.csv and closed_deals.csv

Prints {"data", "totals", "notes"} as GET /v1/attribution?milestone=customer&model=first&by=source has them, with
window_days when given. Each lead has one touch, at 00:00Z of its first_contact_date. The rule of the window: a touch
counts when it is at most so many days of 24 hours older than the deal; one that comes after the deal is not old, so
that a deal before its first contact is credited to it and counted in late_first_touch, window or not.
"""

import csv
import datetime
import json
import pathlib
import sys

CREDIT = "%d.000000000"


def rows_of(folder, name):
    with open(pathlib.Path(folder) / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text):
    return datetime.datetime.fromisoformat(text)


def main():
    folder = sys.argv[1]
    window = datetime.timedelta(days=int(sys.argv[2])) if len(sys.argv) > 2 else None
    leads, credit = {}, {}
    late = outside = 0
    first = {}
    for row in rows_of(folder, "marketing_qualified_leads.csv"):
        source = row["origin"] or None
        first[row["mql_id"]] = (moment(row["first_contact_date"]), source)
        leads[source] = leads.get(source, 0) + 1
    deals = rows_of(folder, "closed_deals.csv")
    for deal in deals:
        touched, source = first[deal["mql_id"]]
        won = moment(deal["won_date"])
        if touched > won:
            late += 1
        elif window is not None and won - touched > window:
            outside += 1
            source = None
        credit[source] = credit.get(source, 0) + 1
    names = sorted(set(leads) | set(credit), key=lambda name: (
        -credit.get(name, 0), -leads.get(name, 0), name is None, (name or "").encode()))
    json.dump({
        "data": [{"time": None, "source": name, "model": "first", "leads": leads.get(name, 0),
                  "credit": CREDIT % credit.get(name, 0), "amount": None, "pipeline": None, "won": None} for name in names],
        "totals": {"leads": len(first), "conversions": len(deals)},
        "notes": {"outside_window": outside, "late_first_touch": late, "no_rate": []},
    }, sys.stdout)


if __name__ == "__main__":
    main()
