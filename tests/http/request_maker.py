"""Requests made from openapi.yaml, right and spoilt; what answers gave is used in later ones."""

import generate

SHOWN_BYTES = 3000
KNOWN_MAX = 30
PEOPLE = 24
SPOILT = 0.5  # share of the requests that have a fault
WRITES_SELDOM = {"routes_sign", "routes_suspend", "definitions_suspend", "leads_erase", "teams_update", "teams_calendar_set",
                 "teams_calendar_remove", "teams_distribution_set", "teams_distribution_remove"}
WRITES_OFTEN = {"leads_capture": 6, "definitions_draft": 4, "definitions_replace": 3, "sources_create": 3,
                "inbound_receive": 5}
OF_MARKETING = {"handoffs_offer", "handoffs_grant", "handoffs_decline", "handoffs_withdraw", "handoffs_dispute"}
AT_HOME = {"lead_id", "from", "team", "to_team", "member", "email", "content_hash", "version"}
TIMES = ["2026-11-22T10:00:00Z", "2026-11-22t10:00:00.5z", "2020-02-29T23:59:59.999999+14:00",
         "1970-01-01T00:00:00Z", "2031-01-01T00:00:00-12:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
DATES = ["2026-11-22", "2026-11-22T10:00:00Z", "2025-01-01", "2030-12-31", "0001-01-01", "9999-12-31",
         "9999-12-31T23:59:59Z"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Etc/GMT-14", "EST5EDT", "GMT+1", "utc",
         "posixrules",
         "localtime", "Factory", "right/UTC", "+05", "0", "2"]
TAGS_OFTEN = {"handoffs": 3, "definitions": 2}
MEMBERS = {"ana@acme.example": "marketing", "abe@acme.example": "marketing", "sam@acme.example": "sales",
           "sue@acme.example": "sales"}
TARGETS = [b"/", b"//", b"/v1", b"/v1/", b"/v1/leads/", b"/v1//leads", b"/v1/leads/../leads", b"/v1/%6ceads",
           b"/v1/leads%00", b"/v2/leads",
           b"/v1/leads/%", b"/v1/leads/%zz", b"/v1/leads/%ff", b"/livez/", b"/LIVEZ", b"/v1/leads;a=b",
           b"/v1/leads#x", b"/%2e%2e/etc", b"/v1/leads/" + b"a" * 5000]
SEGMENTS = [b"%00", b"%2F", b"..", b".", b"%2e%2e", b"%", b"%4", b"%zz", b"%ff", b"%C3%A4", b"%0a", b"%20", b"+",
            b"*", b"0", b"-1", b"1e3", b"99999999999999999999",
            b"9223372036854775807", b"9223372036854775808", b"a" * 300, b"%41" * 200, b"me", b"null", b"'",
            b"%EF%BF%BF", b"%ED%A0%80", b"01a207f4-7931-7f71-a7f9-df7099cd4ab9"]
QUERY_VALUES = [b"", b"0", b"-1", b"1", b"500", b"501", b"1.0", b"1e2", b"+1", b"%2B1", b"%201",
                b"99999999999999999999", b"9223372036854775808", b"-9223372036854775809", b"NaN",
                b"%00", b"%ff", b"%", b"%zz", b"%ED%A0%80", b"null", b"true", b"[]", b"a:b", b":", b"a:",
                b"a" * 600, b"%F0%9F%99%82" * 60, b"me", b"2026-11-22", b"0000-01-01",
                b"9999-12-31", b"2026-11-22T00:00:00Z", b"2026-11-22T00:00:00%2B24:00", b"UTC", b"Europe/Berlin",
                b"../../etc/passwd", b"first,last", b"first,first", b",", b"%0a"]
VALUES = [b"", b" ", b"x", b"*", b'"1"', b'W/"1"', b'"1", "2"', b'""', b'"', b"a" * 129, b"a" * 256, b"a" * 3000,
          b"\xff\xfe", b"\xc3\xa4", b"a b", b"a\tb", b"a,b", b"\x01", b"\x7f", b"null", b"-1", b"ana@acme.example",
          b"sam@acme.example", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00"]
KINDS = [b"", b"text/plain", b"application/json", b"application/json; charset=utf-8",
         b"application/json;charset=latin1", b"APPLICATION/JSON", b"application/jsonx", b"application/*",
         b"application/json, text/html",
         b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b"application/problem+json",
         b";", b"application/json;", b"a" * 300, b"\xff"]
ACCEPTS = [b"*/*", b"text/html", b"text/markdown", b"text/csv", b"application/json", b"application/xml",
           b"text/*;q=0.5, */*;q=0", b"text/html;q=2", b"q=1", b",,,", b"", b"text/html;q=0.0001", b"a/b;" * 400]
NAMES = [b"Idempotency-Key", b"Baton-Actor", b"If-Match", b"X-Request-Id", b"traceparent", b"Authorization",
         b"Content-Type", b"Accept", b"If-None-Match", b"Range", b"Expect", b"X-Forwarded-For", b"Cookie",
         b"Content-Encoding"]
FORMS = [b"email=kim%40kite.example&size=12", b"=&=&", b"a", b"a=%", b"a=%00", b"a=%ff", b"a=1&a=2", b"&" * 3000,
         b"%C3%A4=+", b"email=x&email=y&" * 50]
ATTRIBUTES = {"company.employees": [1, 50, 120, 5000, "many", None], "seniority": ["vp", "c_level", "intern", None],
              "company.domain": ["kite.example"],
              "consent.newsletter": [True, False], "tags": [["a", "b"]], "budget": ["approved"],
              "authority": ["signs"], "need": ["yes"], "timeline": ["2026-12-31"]}


class Known:
    """What the answers gave, by the name under which requests ask for it."""

    NAMES = {"from": "lead_id", "from_team": "team", "to_team": "team", "owner_team": "team", "after": "cursor",
             "against": "version", "criterion": "id of criterion",
             "assignee": "member", "code": "reason", "from_size": "size"}
    MADE = {"leads_capture": [("lead", "lead_id"), ("handoff", "handoff_id")],
            "sources_create": [("source", "source_id")], "sources_rotate": [("source", "source_id")], "members_create": [("", "member_id")],
            "keys_create": [("key", "key_id")], "backtests_create": [("", "job_id")],
            "definitions_apply": [("", "job_id")], "jobs_list": [("data", "job_id")],
            "deliveries_list": [("data", "delivery_id")], "handoffs_claim": [("handoff", "handoff_id")],
            "sources_list": [("data", "source_id")]}

    def __init__(self):
        self.by_name = {"team": ["marketing", "sales"], "email": ["kim%d@kite.example" % i for i in range(PEOPLE)],
                        "member": list(MEMBERS) + ["me"],
                        "kind": ["form_submitted", "demo_requested", "webinar_attended", "call"],
                        "reason": ["too_small", "duplicate", "spam", "no_project"],
                        "term": ["mql", "sql", "srl"], "version": [1, 2, 3], "currency": ["EUR"], "timezone": ZONES, "time_zone": ZONES,
                        "size": [1, 24],
                        "pos": [1, 2, 30], "ETag": []}
        for name, values in ATTRIBUTES.items():
            self.by_name[name] = values
        self.by_name["name of attribute"] = list(ATTRIBUTES)
        self.by_name["attribute"] = self.by_name["fact"] = list(ATTRIBUTES)

    def __call__(self, name, pointer=""):
        if pointer.endswith("/TimeIn"):
            return TIMES
        if pointer.endswith("/DateOrTimeIn"):
            return DATES
        return self.by_name.get(self.NAMES.get(name, name), ())

    def learn(self, name, value):
        values = self.by_name.setdefault(name, [])
        if value is not None and value not in values:
            values.append(value)
            if len(values) > KNOWN_MAX:
                del values[KNOWN_MAX // 2]

    def answer(self, operation, headers, value):
        if operation.id == "leads_erase" and value["id"] in self.by_name["lead_id"]:
            self.by_name["lead_id"].remove(value["id"])
        for name, text in headers:
            if name == "ETag":
                self.learn("ETag", text)
        for member, name in self.MADE.get(operation.id, ()):
            self.ids(value, member, name)
        self.walk(value)

    def ids(self, value, member, name):
        """The id of what stands under the member, or of each item that does."""
        if isinstance(value, list):
            for item in value:
                self.ids(item, member, name)
        elif isinstance(value, dict):
            made = value if not member else value.get(member)
            for one in made if isinstance(made, list) else [made]:
                if isinstance(one, dict) and isinstance(one.get("id"), str):
                    self.learn(name, one["id"])
            if member and isinstance(value.get("data"), list):
                self.ids(value["data"], member, name)

    def walk(self, value):
        if isinstance(value, list):
            for item in value:
                self.walk(item)
        if isinstance(value, dict):
            for name, member in value.items():
                if name in ("lead_id", "handoff_id", "delivery_id", "content_hash", "size", "pos", "version"):
                    self.learn(name, member)
                elif name == "next":
                    self.learn("cursor", member)
                else:
                    self.walk(member)


class Request:
    def __init__(self, operation, method):
        self.operation = operation
        self.method = method
        self.target = b""
        self.headers = []
        self.body = b""
        self.framing = []  # headers that frame the body

    def shown(self):
        headers = [pair for pair in self.headers + self.framing if pair[0] != b"Authorization"]
        lines = [b"%s %s" % (self.method, self.target)] + [b"%s: %s" % pair for pair in headers]
        return (b"\n".join(lines) + b"\n\n" + self.body)[:SHOWN_BYTES].decode("utf-8", "backslashreplace")

    def exchange(self, status, headers, body):
        return {"method": self.method.decode(), "target": self.target.decode("latin-1"), "status": status,
                "with_body": bool(self.framing or self.body),
                "request_headers": {n.decode(): v.decode("latin-1") for n, v in self.headers},
                "request_body": self.body.decode("utf-8", "replace"), "response_headers": dict(headers),
                "response_body": body.decode("utf-8", "replace")}


class Maker:
    """Requests, one after the other, as the seed has it."""

    def __init__(self, spec, rng, keys):
        self.spec, self.random, self.keys = spec, rng, keys
        self.known = Known()
        self.generator = generate.Generator(spec, rng, self.known)
        self.operations = [o for o in spec.operations for _ in range(self.weight(o))]
        self.used_keys = [b"one", b"two"]

    def weight(self, operation):
        if operation.id in WRITES_SELDOM:
            return 1
        if operation.id in WRITES_OFTEN:
            return 2 * WRITES_OFTEN[operation.id]
        return 2 * (TAGS_OFTEN.get(operation.node["tags"][0], 1) if operation.method != "GET" else 1)

    def often(self, share):
        return self.random.random() < share

    def request(self):
        operation = self.random.choice(self.operations)
        request = Request(operation, operation.method.encode())
        request.target = self.path(operation) + self.query(operation)
        request.headers = self.plain_headers(operation)
        self.add_body(request)
        if self.often(SPOILT):
            for _ in range(self.random.choice([1, 1, 2])):
                self.spoil(request)
        return self.framed(request)

    def path(self, operation):
        out = operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                value = str(self.generator.value(parameter["schema"], self.path_name(operation, parameter["name"])))
                out = out.replace("{%s}" % parameter["name"], percent(value))
        return out.encode()

    def path_name(self, operation, name):
        """The teams that the story needs stay as they are."""
        return "made team" if operation.id in ("teams_update", "teams_calendar_set", "teams_calendar_remove",
                                                "teams_distribution_set", "teams_distribution_remove") else name

    def query(self, operation):
        pairs = []
        for parameter in operation.parameters:
            if parameter["in"] == "query" and (parameter.get("required") or self.often(0.4)):
                name = parameter["name"]
                known = "size" if operation.id == "ledger_consistency" else name
                pairs.append("%s=%s" % (name, percent(str(self.generator.value(parameter["schema"], known)))))
        return ("?" + "&".join(pairs)).encode() if pairs else b""

    def plain_headers(self, operation):
        headers = []
        roles = operation.node.get("x-roles")
        if roles is not None:
            fit = [k["token"] for k in self.keys if not roles or set(k["roles"]) & set(roles)]
            members = [k["token"] for k in self.keys
                       if k["token"] in fit and k["member"] and self.is_side(operation, k)]
            headers.append((b"Authorization",
                            b"Bearer " + self.random.choice(members if self.often(0.8) else fit).encode()))
        if operation.parameter("header",
                               "if-match") and (self.often(0.3) or operation.parameter("header",
                                   "if-match").get("required")):
            headers.append((b"If-Match", self.random.choice(self.known("ETag") or ['"1"']).encode()))
        if operation.parameter("header", "idempotency-key") and self.often(0.2):
            self.used_keys.append(b"k%d" % self.random.randrange(10**9))
            headers.append((b"Idempotency-Key",
                            self.used_keys[-1] if self.often(0.8) else self.random.choice(self.used_keys)))
        if operation.parameter("header", "baton-actor") and self.often(0.1):
            headers.append((b"Baton-Actor", self.random.choice(list(MEMBERS)).encode()))
        return headers

    def is_side(self, operation, key):
        """Whether the key is of the team that does this with a handoff."""
        side = "marketing" if operation.id in OF_MARKETING else "sales"
        return operation.node["tags"][0] != "handoffs" or key["team"] == side

    def add_body(self, request):
        wanted = request.operation.node.get("requestBody")
        if wanted is None:
            return
        kind = self.random.choice(list(wanted["content"]))
        if kind != "application/json":
            request.headers.append((b"Content-Type", kind.encode()))
            request.body = self.random.choice(FORMS)
            return
        content = wanted["content"][kind]
        shown = [value for _, value in self.shown(content)]
        value = self.random.choice(shown) if shown and self.often(0.5) else self.generator.value(content["schema"])
        if isinstance(value, dict):
            value = self.at_home(dict(value))
            if "name" in value and self.often(0.7):
                value["name"] = "n%d" % self.random.randrange(10**6)
            if "email" in value and self.often(0.7):
                value.pop("external_ids", None)  # which would make all examples one person
        request.headers.append((b"Content-Type", b"application/json"))
        request.body = generate.dump(self.generator.spoilt(value) if self.often(SPOILT / 2) else value)

    def shown(self, content):
        return [(n, self.spec.resolve(e)[0]["value"]) for n, e in content.get("examples", {}).items()]

    def at_home(self, value):
        """An example's ids, teams and people as those of this workspace."""
        for name in sorted(AT_HOME & value.keys()):
            if self.known(name) and self.often(0.9):
                value[name] = self.random.choice(self.known(name))
        return value

    # --- spoiling all but what a body says ---

    def spoil(self, request):
        ways = [self.spoil_header, self.spoil_query, self.spoil_path, self.spoil_target, self.spoil_key,
                self.spoil_method]
        if request.body:
            ways += [self.spoil_body, self.spoil_type, self.spoil_body]
        self.random.choice(ways)(request)

    def spoil_header(self, request):
        name = self.random.choice(NAMES)
        known = {b"Content-Type": KINDS, b"Accept": ACCEPTS,
                 b"If-Match": VALUES + [t.encode() for t in self.known("ETag")],
                 b"Idempotency-Key": VALUES + self.used_keys}
        value = self.random.choice(known.get(name, VALUES))
        if name == b"Expect" and value.strip():
            value = b"200-ok"
        if not self.often(0.1):
            request.headers = [(n, v) for n, v in request.headers if n != name]
        request.headers.append((name, value))
        if self.often(0.02):
            request.headers += [(b"X-%d" % i, b"x") for i in range(70)]

    def spoil_query(self, request):
        names = [p["name"].encode() for p in request.operation.parameters if p["in"] == "query"] + [b"x", b"limit",
            b"cursor", b"after", b"", b"lim%69t", b"limit%00", b"Limit"]
        pairs = [self.random.choice(names) + self.random.choice([b"=", b"=", b"=", b"",
            b"=="]) + self.random.choice(QUERY_VALUES) for _ in range(self.random.choice([1, 1, 2, 3]))]
        kept = request.target.partition(b"?")[2].split(b"&") if b"?" in request.target and self.often(0.5) else []
        glue = self.random.choice([b"&", b"&", b"&", b"&&", b";", b"?"])
        request.target = request.target.partition(b"?")[0] + b"?" + glue.join(kept + pairs)

    def spoil_path(self, request):
        path, mark, query = request.target.partition(b"?")
        segments = path.split(b"/")
        at = self.random.randrange(1, len(segments))
        kind = self.random.randrange(5)
        if kind == 0 and segments[at]:
            segments[at] = b"%%%02X" % segments[at][0] + segments[at][1:]
        elif kind == 1:
            segments[at] = segments[at].upper()
        elif kind == 2:
            segments[at] += self.random.choice([b"%20", b"%00", b";x", b"%2F", b"x", b"%0d%0a"])
        elif kind == 3:
            segments.insert(at, b"")
        else:
            segments[-1 if len(segments) < 4 else self.random.choice([3, -1])] = self.random.choice(SEGMENTS)
        request.target = b"/".join(segments) + mark + query

    def spoil_target(self, request):
        if self.often(0.3):
            request.target = self.random.choice(TARGETS)

    def spoil_key(self, request):
        headers = [(n, v) for n, v in request.headers if n != b"Authorization"]
        token = self.random.choice(self.keys)["token"].encode()
        key = self.random.choice([token, token, token, token[:-1], token + b"a", token.upper(), b"baton__",
                                  b"baton_" + b"a" * 52 + b"_" + b"a" * 32, b"\xff", b"a" * 2000])
        if not self.often(0.1):
            headers.append((b"Authorization",
                            self.random.choice([b"Bearer ", b"Bearer ", b"Bearer ", b"bearer ", b"Basic ",
                                                b"Bearer", b""]) + key))
        request.headers = headers

    def spoil_method(self, request):
        if request.method == b"GET" and self.often(0.5):
            request.method = b"HEAD"
        elif self.often(0.3):
            request.method = self.random.choice([b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS",
                                                 b"TRACE", b"PROPFIND", b"get", b"X"])

    def spoil_body(self, request):
        request.body = self.generator.spoilt_bytes(request.body)

    def spoil_type(self, request):
        request.headers = [(n, v) for n, v in request.headers if n != b"Content-Type"]
        if not self.often(0.3):
            request.headers.append((b"Content-Type", self.random.choice(KINDS)))

    def framed(self, request):
        """How the body's end is marked. A length that lies is another test's."""
        bodiless = request.method in (b"GET", b"HEAD") and not request.body
        if bodiless:
            return request
        if self.often(0.03):
            request.framing = [(b"Transfer-Encoding",
                                self.random.choice([b"chunked", b"chunked", b"gzip", b"identity"]))]
            if request.framing[0][1] != b"chunked":
                request.body = b""
        elif self.often(0.01):
            request.framing, request.body = [(b"Content-Length", b"999999999")], b""
        elif not request.body and self.often(0.3):
            request.framing = []
        else:
            request.framing = [(b"Content-Length", b"%d" % len(request.body))]
        return request


def percent(text):
    keep = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:@"
    return "".join(c if c in keep else "".join("%%%02X" % b for b in c.encode("utf-8",
        "surrogatepass")) for c in text)
