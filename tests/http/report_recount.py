"""report_recount: plays random leads through the API, and counts every number of the reports again.

    report_recount.py play URL SEED ANA SAM SUE MARKETING SALES
    report_recount.py count URL ANA

It counts leads, handoffs and timelines as the API shows them one by one, in the plainest way: for
each report a list of items with the value of each dimension and what each column counts, added up.
It shares nothing with the statements of the reports. Every number is also opened by its link, and
what is behind it must add up to it. Says what differs; 1 when anything does.
"""
import datetime
import json
import random
import sys
import urllib.request


class Api:
    def __init__(self, url, key):
        self.url, self.key = url, key

    def call(self, method, path, body=None):
        data = None if body is None and method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", "Bearer " + self.key)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def pages(self, path):
        sign, place = "&" if "?" in path else "?", ""
        while place is not None:
            page = self.call("GET", path + sign + "limit=50" + place)
            yield from page["data"]
            place = page["next"] and "&cursor=" + page["next"]


# ---- playing ----

REASONS = ("spam", "bad_timing", "unreachable")


def capture(dice, n, marketing, sales):
    touch = {"kind": dice.choice(["form_submitted", "webinar_attended", "met"])}
    for word in ("source", "campaign", "medium"):
        if dice.random() < 0.7:
            touch[word] = dice.choice(["one", "two", "=three"])
    by = marketing if dice.random() < 0.8 else sales
    if by is sales and dice.random() < 0.5:
        touch["direction"] = "outbound"
    lead = {"email": "p%d@corp%d.example" % (n, n % 3), "touch": touch}
    if dice.random() < 0.8:
        lead["attributes"] = {"seniority": dice.choice(["vp", "director"]), "company.employees": dice.choice([20, 80, 4000])}
    return by.call("POST", "/v1/leads", lead)["lead"]["id"]


def work(dice, handoff, who):
    at = "/v1/handoffs/" + handoff["id"]
    if handoff["state"] == "offered" and dice.random() < 0.6:
        if dice.random() < 0.6:
            who.call("POST", at + "/accept")
        else:
            who.call("POST", at + "/reject", {"reason": dice.choice(REASONS)})
    elif handoff["state"] == "accepted":
        if dice.random() < 0.5:
            who.call("POST", "/v1/leads/%s/touches" % handoff["lead_id"], {"kind": "call", "direction": "outbound"})
        end = dice.random()
        if end < 0.3:
            who.call("POST", at + "/qualify")
        elif end < 0.5:
            who.call("POST", at + "/return", {"reason": dice.choice(REASONS)})
    elif handoff["state"] == "qualified" and dice.random() < 0.4:
        amount = {"minor": dice.randrange(1, 100000), "currency": dice.choice(["EUR", "USD"])}
        outcome = "won" if handoff["outcome"] else "opportunity"
        if handoff["outcome"] in (None, "opportunity"):
            who.call("POST", at + "/outcome", {"outcome": outcome, "amount": amount})
    elif handoff["state"] == "rejected" and handoff["dispute"] is None and dice.random() < 0.2:
        return at + "/dispute"
    return None


def play(url, seed, ana, sam, sue, marketing, sales):
    dice = random.Random(int(seed))
    ana, sam, sue, marketing, sales = (Api(url, key) for key in (ana, sam, sue, marketing, sales))
    leads = [capture(dice, int(seed) * 100 + n, marketing, sales) for n in range(12)]
    leads += [lead["id"] for lead in ana.pages("/v1/leads")]
    for lead in sorted(set(leads)):
        for handoff in list(ana.pages("/v1/handoffs?lead_id=" + lead)):
            disputed = work(dice, handoff, dice.choice([sam, sue]))
            if disputed:
                ana.call("POST", disputed, {"note": "It was good."})


# ---- counting ----

def moment(text):
    return text and datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def minutes(begin, end):
    """Of the clock; none where the end came first."""
    return None if begin is None or end is None else max(0, (end - begin) // datetime.timedelta(minutes=1))


class Facts:
    """Every lead with its touches, entries and handoffs."""

    def __init__(self, api):
        self.leads, self.handoffs, self.entries = [], [], []
        functions = {team["name"]: team["function"] for team in api.call("GET", "/v1/teams")["data"]}
        for head in list(api.pages("/v1/leads")):
            lead = api.call("GET", "/v1/leads/" + head["id"])
            lead["entries"] = list(api.pages("/v1/leads/%s/timeline" % lead["id"]))
            lead["touches"] = sorted((e["touch"] for e in lead["entries"] if e["touch"]), key=lambda t: (t["occurred_at"], t["id"]))
            lead["first"] = lead["touches"][0] if lead["touches"] else {}
            lead["begun"] = moment(lead["first"].get("occurred_at") or lead["created_at"])
            lead["at"] = {name: moment(at) for name, at in lead["milestones"].items()}
            lead["handoffs"] = list(api.pages("/v1/handoffs?lead_id=" + lead["id"]))
            for handoff in lead["handoffs"]:
                handoff["lead"] = lead
                handoff["side"], handoff["from_side"] = functions[handoff["to_team"]], functions[handoff["from_team"]]
                for name in ("offered_at", "accepted_at", "closed_at", "respond_by", "decide_by", "first_contact_at"):
                    handoff[name] = moment(handoff[name])
            self.leads.append(lead)
            self.handoffs += lead["handoffs"]


def word(lead, name):
    return lead["first"].get(name)


def of_lead(lead):
    return {"motion": lead["origin"], "function": lead["found_by"], "team": lead["owner_team"],
            "month": lead["begun"].strftime("%Y-%m"), "year": lead["begun"].strftime("%Y"),
            "path": "nurtured" if any(e["new_stage"] == "nurture" for e in lead["entries"]) else "straight",
            **{name: word(lead, name) for name in ("source", "medium", "campaign", "channel", "content", "kind")}}


def of_handoff(h, member):
    criterion = h["criterion"]
    return {"team": h["to_team"], "from_team": h["from_team"], "side": h["side"], "from_side": h["from_side"], "member": member,
            "rule": None, "source": word(h["lead"], "source"), "campaign": word(h["lead"], "campaign"), "kind": h["kind"],
            "reason": h["reason"], "class": h["class"], "criterion": criterion and criterion["id"]}


def answered_at(h):
    return h["accepted_at"] or (h["closed_at"] if h["state"] == "rejected" else None)


def is_offer(h):
    return h["kind"] not in ("self_sourced", "requested", "imported")


def bypass(facts):
    for h in facts.handoffs:
        if h["kind"] == "requested" and not h["accepted_at"]:
            continue
        version = h["gate"] and h["gate"]["version"]
        yield of_handoff(h, None), {
            "handed_off": 1, "without_verdict": version is None, "met_definition": h["kind"] == "standard" and version is not None,
            "exceptions": h["kind"] not in ("standard", "self_sourced", "requested")}


def rejections(facts):
    for h in facts.handoffs:
        back = h["state"] in ("rejected", "returned")
        yield of_handoff(h, h["closed_by"]), {
            "rejected": back, "returned": h["state"] == "returned",
            "answered": h["state"] in ("rejected", "accepted", "qualified", "returned"), "disputed": h["dispute"] is not None,
            "upheld": h["dispute"] in ("upheld", "upheld_finally"), "conceded": h["dispute"] == "conceded"}


def response_times(facts):
    for h in filter(is_offer, facts.handoffs):
        at, overdue = answered_at(h), h["state"] == "offered" and h["overdue"]
        yield of_handoff(h, h["accepted_by"] or h["closed_by"] or h["assignee"]), {
            "offered": 1, "promised": bool(at or overdue or h["state"] == "expired"), "in_time": bool(at and at <= h["respond_by"]),
            "late": bool(at and at > h["respond_by"]), "overdue": overdue, "expired": h["state"] == "expired",
            "median_minutes": minutes(h["offered_at"], at)}


def outbound(h, begin):
    return sum(1 for t in h["lead"]["touches"]
               if t["direction"] == "outbound" and t["function"] == h["side"] and moment(t["occurred_at"]) >= begin
               and (h["closed_at"] is None or moment(t["occurred_at"]) <= h["closed_at"]))


def coverage(facts):
    for h in filter(is_offer, facts.handoffs):
        contact, decide = h["first_contact_at"], h["decide_by"]
        yield of_handoff(h, h["accepted_by"] or h["closed_by"] or h["assignee"]), {
            "offered": 1, "accepted": h["accepted_at"] is not None, "answered": answered_at(h) is not None,
            "touched": contact is not None, "touched_in_time": bool(contact and decide and contact <= decide),
            "attempts": outbound(h, h["offered_at"]) if h["accepted_at"] else 0}


def effort(facts):
    for h in facts.handoffs:
        if h["state"] in ("rejected", "returned"):
            yield of_handoff(h, h["closed_by"]), {
                "handoffs": 1, "returned": h["state"] == "returned", "touches": outbound(h, h["offered_at"])}


STEPS = [("begun", "mql"), ("mql", "sal"), ("sal", "sql"), ("sql", "opportunity"), ("opportunity", "customer")]


def funnel(facts):
    for lead in facts.leads:
        at = {"begun": lead["begun"], **lead["at"]}
        counts = {"leads": 1, **{name: at[name] is not None for name in at}}
        for begin, end in STEPS:
            step = "%s_to_%s" % (begin, end)
            counts[step] = at[begin] is not None and at[end] is not None
            counts[step + "_median_minutes"] = minutes(at[begin], at[end])
        yield of_lead(lead), counts


def source_mix(facts):
    for lead in facts.leads:
        yield of_lead(lead), {"leads": 1, "sql": lead["at"]["sql"] is not None, "customers": lead["at"]["customer"] is not None}


def capture_types(facts):
    for lead in facts.leads:
        offers = list(filter(is_offer, lead["handoffs"]))
        yield of_lead(lead), {
            "leads": 1, "offered": bool(offers), "accepted": any(h["accepted_at"] for h in offers),
            "sql": lead["at"]["sql"] is not None, "won": lead["at"]["customer"] is not None}


def nurture(facts):
    for lead in facts.leads:
        sql, customer = lead["at"]["sql"], lead["at"]["customer"]
        yield of_lead(lead), {
            "leads": 1, "sql": sql is not None, "sql_median_minutes": minutes(lead["begun"], sql),
            "customers": customer is not None, "customers_median_minutes": minutes(lead["begun"], customer)}


def results(facts):
    nothing = {"results": 1, "accepted": 0, "sql": 0, "opportunities": 0, "customers": 0}
    for lead in facts.leads:
        currency = lead["amount"] and lead["amount"]["currency"]
        for h in lead["handoffs"]:
            if h["accepted_at"] and h["kind"] not in ("imported", "requested") and (h["from_side"], h["side"]) == ("marketing", "sales"):
                yield {**of_lead(lead), "currency": None}, {**nothing, "accepted": 1}
        for milestone, column in (("sql", "sql"), ("opportunity", "opportunities"), ("customer", "customers")):
            if lead["at"][milestone]:
                yield {**of_lead(lead), "currency": currency}, {**nothing, column: 1}


def collisions(facts):
    for lead in facts.leads:
        for entry in lead["entries"]:
            if entry["type"] == "lead.collided":
                team = entry["actor"]["team"]
                yield {"team": team, "with_team": "sales" if team == "marketing" else "marketing",
                       "member": entry["actor"]["member"], "account": lead["attributes"].get("company.domain")}, {
                           "collisions": 1, "by_marketing": team == "marketing", "by_sales": team == "sales"}


REPORTS = {
    "bypass": bypass, "rejections": rejections, "response-times": response_times, "coverage": coverage, "effort": effort,
    "funnel": funnel, "source-mix": source_mix, "capture-types": capture_types, "nurture": nurture, "results": results,
    "collisions": collisions,
}
BY = {
    "bypass": ["from_team", "team", "kind", "source", "campaign"],
    "rejections": ["reason", "class", "criterion", "source", "campaign", "team", "member", "from_team", "kind"],
    "response-times": ["team", "member", "source", "campaign", "from_team", "kind", "side", "from_side"],
    "coverage": ["member", "team", "from_team", "source", "campaign", "kind", "side", "from_side"],
    "effort": ["reason", "source", "campaign", "class", "criterion", "team", "member", "from_team"],
    "source-mix": ["year", "function", "source", "medium", "campaign", "kind", "motion", "team", "month"],
    "capture-types": ["kind", "source", "medium", "campaign", "motion", "function", "month", "year"],
    "collisions": ["team", "with_team", "member", "account"],
}
LEAD_BY = ["source", "medium", "campaign", "channel", "content", "kind", "motion", "function", "team", "month", "year"]
BY.update({"funnel": LEAD_BY, "nurture": ["path"] + LEAD_BY, "results": LEAD_BY + ["currency"]})


def median(numbers):
    return sorted(numbers)[(len(numbers) + 1) // 2 - 1] if numbers else None


def add_up(items):
    """Each column of these items: medians of minutes, else sums."""
    out = {}
    for name in items[0] if items else []:
        values = [counts[name] for counts in items]
        out[name] = median([v for v in values if v is not None]) if name.endswith("minutes") else sum(values)
    return out


def grouped(items, cuts):
    rows = {}
    for values, counts in items:
        rows.setdefault(tuple(values[cut] for cut in cuts), []).append(counts)
    return {key: add_up(counts) for key, counts in rows.items()}


class Check:
    def __init__(self, api):
        self.api, self.facts, self.faults, self.numbers = api, Facts(api), 0, 0

    def fault(self, *words):
        self.faults += 1
        print(*words)

    def same(self, where, got, wanted):
        for name, number in wanted.items():
            self.numbers += 1
            if got[name] != number:
                self.fault(where, name, "is", got[name], "and counted", number)

    def opens(self, where, got):
        for name, link in got["links"].items():
            behind = sum(item["value"] for item in self.api.pages(link))
            if behind != got[name]:
                self.fault(where, name, "is", got[name], "and opens to", behind)

    def report(self, name, cuts, opened):
        query = "".join("&%s=%s" % pair for pair in zip(("by", "then_by"), cuts))
        answer = self.api.call("GET", "/v1/reports/%s?%s" % (name, query[1:]))
        items = list(REPORTS[name](self.facts))
        where = "%s by %s:" % (name, "/".join(cuts))
        first = next(iter(items[0][1])) if items else None
        wanted = {key: row for key, row in grouped(items, cuts).items() if row[first] > 0}
        got = {tuple(row[cut] for cut in cuts): row for row in answer["data"]}
        if set(got) != set(wanted):
            self.fault(where, "rows", sorted(map(str, got)), "and counted", sorted(map(str, wanted)))
        for key in set(got) & set(wanted):
            self.same("%s %s:" % (where, key), got[key], wanted[key])
            if opened:
                self.opens("%s %s:" % (where, key), got[key])
        self.same(where + " totals:", answer["totals"], add_up([counts for _, counts in items]) if items else {})
        if opened:
            self.opens(where + " totals:", answer["totals"])


def count(url, key):
    check = Check(Api(url, key))
    for name, dimensions in BY.items():
        for place, by in enumerate(dimensions):
            check.report(name, [by], place == 0)
            check.report(name, [by, dimensions[place - 1]] if len(dimensions) > 1 else [by], False)
    print("%d leads, %d handoffs, %d numbers counted again, %d differ"
          % (len(check.facts.leads), len(check.facts.handoffs), check.numbers, check.faults))
    return 1 if check.faults or check.numbers == 0 else 0


if __name__ == "__main__":
    sys.exit(play(*sys.argv[2:]) if sys.argv[1] == "play" else count(*sys.argv[2:]))
