#!/usr/bin/python3
"""The checks themselves: each departure from the contract is heard of, and what fits is let through."""

import copy
import json
import pathlib
import unittest

import check_routes
import exchanges
import spec as contract
import spec_file
import spec_keywords
import spec_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAD = "0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11"
SPEC = contract.load(ROOT / "openapi.yaml")


def example(name):
    return copy.deepcopy(SPEC.at("/components/examples/%s/value" % name))


def exchange(**changes):
    base = {
        "method": "GET",
        "target": "/v1/leads/" + LEAD,
        "status": 200,
        "request_headers": {},
        "response_headers": {"Content-Type": "application/json", "X-Request-Id": "r1", "ETag": '"1"'},
        "response_body": json.dumps(example("lead")),
    }
    base.update(changes)
    return base


def capture(**changes):
    return exchange(**{
        "method": "POST",
        "target": "/v1/leads",
        "status": 201,
        "request_headers": {"Content-Type": "application/json", "Idempotency-Key": "k1"},
        "request_body": json.dumps(example("lead_capture")),
        "response_headers": {"Content-Type": "application/json", "X-Request-Id": "r1", "Location": "/v1/leads/" + LEAD},
        "response_body": json.dumps(example("capture_created")),
        **changes,
    })


def problem(status, code, **changes):
    body = {"type": "/problems/" + code, "title": "t", "status": status, "code": code, "request_id": "r1"}
    return {
        "status": status,
        "response_headers": {"Content-Type": "application/problem+json", "X-Request-Id": "r1"},
        "response_body": json.dumps({**body, **changes}),
    }


class Exchanges(unittest.TestCase):
    def faults(self, recorded):
        return exchanges.Checker(SPEC).check(recorded)

    def assert_fault(self, recorded, text):
        self.assertIn(text, "\n".join(self.faults(recorded)))

    def test_what_fits_is_let_through(self):
        self.assertEqual(self.faults(exchange()), [])
        self.assertEqual(self.faults(capture()), [])
        self.assertEqual(self.faults(exchange(**problem(404, "not_found"))), [])
        self.assertEqual(self.faults(exchange(method="HEAD", response_body="")), [])

    def test_a_property_too_many_or_too_few(self):
        self.assert_fault(exchange(response_body=json.dumps({**example("lead"), "x": 1})), "'x' was unexpected")
        lead = example("lead")
        del lead["stage"]
        self.assert_fault(exchange(response_body=json.dumps(lead)), "'stage' is a required property")

    def test_an_unknown_route_fails_unless_refused(self):
        self.assert_fault(exchange(target="/v1/nobody"), "unknown route answered 200")
        self.assertEqual(self.faults(exchange(target="/v1/nobody", **problem(404, "not_found"))), [])
        refused = exchange(method="PATCH", target="/v1/leads", **problem(405, "method_not_allowed"))
        self.assert_fault(refused, "header allow is missing")
        refused["response_headers"]["Allow"] = "GET, POST"
        self.assertEqual(self.faults(refused), [])
        self.assert_fault({**refused, "target": "/v1/nobody"}, "unknown route answered 405")

    def test_an_unknown_status_or_code(self):
        self.assert_fault(exchange(status=204), "status 204 is not documented")
        self.assert_fault(exchange(**problem(404, "gone")), "'gone' is not one of ['not_found']")
        refused = problem(404, "not_found")
        refused["response_body"] = refused["response_body"].replace("404", "410")
        self.assert_fault(exchange(**refused), "404 was expected")

    def test_a_sentence_without_its_end(self):
        fault = {"pointer": "/email", "code": "type", "detail": "A text is wanted"}
        self.assertEqual(self.faults(exchange(**problem(404, "not_found", detail="There is no such lead."))), [])
        self.assert_fault(exchange(**problem(404, "not_found", detail="There is no such lead")), "does not end")
        self.assert_fault(exchange(**problem(404, "not_found", errors=[fault])), "detail 'A text is wanted' does not end")

    def test_headers(self):
        headers = exchange()["response_headers"]
        self.assert_fault(exchange(response_headers={**headers, "X-Extra": "1"}), "x-extra is not documented")
        self.assert_fault(exchange(response_headers={**headers, "ETag": "1"}), "header etag")
        self.assert_fault(exchange(response_headers={**headers, "RateLimit": "1"}), "header ratelimit")
        self.assertEqual(self.faults(exchange(response_headers={**headers, "RateLimit": '"key";r=1;t=59'})), [])
        del headers["X-Request-Id"]
        self.assert_fault(exchange(response_headers=headers), "x-request-id is missing")

    def test_content_type_and_body(self):
        headers = {**exchange()["response_headers"], "Content-Type": "text/html"}
        self.assert_fault(exchange(response_headers=headers), "content type 'text/html' is not documented")
        self.assert_fault(exchange(response_body="{"), "body is not JSON")

    def test_a_request_that_was_taken_must_fit(self):
        self.assert_fault(capture(request_body='{"email":"kim@acme.example","x":1}'), "request was taken")
        self.assert_fault(capture(request_body=""), "no body was taken")
        self.assert_fault(capture(target="/v1/leads?x=1"), "query parameter x is taken and not documented")
        self.assert_fault(exchange(target="/v1/leads/51"), "path parameter lead_id was taken")
        refused = capture(request_body='{"x":1}', **problem(400, "invalid_body"))
        self.assertEqual(self.faults(refused), [])

    def test_coverage_counts_what_occurred(self):
        checker = exchanges.Checker(SPEC)
        checker.check(exchange())
        self.assertEqual(checker.coverage.statuses, {("leads_get", "200")})
        self.assertIn("/components/schemas/Lead/properties/stage", checker.coverage.properties)
        self.assertIn("/components/schemas/Fact/properties/evidence", checker.coverage.properties)
        self.assertNotIn("/components/schemas/Money/properties/minor", checker.coverage.properties)
        self.assertIn("/components/schemas/Money/properties/minor", exchanges.response_properties(SPEC))


class Routes(unittest.TestCase):
    documented = {("GET", "/v1/me"): ("me_get", frozenset(["any"])), ("POST", "/v1/keys"): ("keys_create", {"admin"})}

    def compare(self, text, to_come=()):
        return check_routes.compare(check_routes.served(text), self.documented, set(to_come))

    def test_they_agree(self):
        self.assertEqual(self.compare("GET\t/v1/me\tme_get\tany\nPOST\t/v1/keys\tkeys_create\tadmin\n"), [])

    def test_both_directions(self):
        found = self.compare("GET\t/v1/me\tme_get\tread\nGET\t/v1/x\tx_get\t-\n")
        self.assertEqual(found, [
            "GET /v1/me (me_get): roles ['any'], served for ['read']",
            "POST /v1/keys (keys_create) is documented and not served",
            "GET /v1/x (x_get) is served and not documented",
        ])

    def test_what_gives_access_is_not_compressed(self):
        spec = contract.Spec(copy.deepcopy(SPEC.document))
        self.assertEqual(check_routes.bare_secrets(spec, set()), [])
        spec.document["components"]["schemas"]["Source"]["properties"]["secret"] = {"type": "string"}
        self.assertEqual(check_routes.bare_secrets(spec, set()),
                         ["sources_list answers with secret: its route needs ROUTE_SECRET"])
        kept = check_routes.secret("GET\t/v1/sources\tsources_list\tread\tsecret\nGET\t/v1/me\tme_get\tany\n")
        self.assertEqual(check_routes.bare_secrets(spec, kept), [])

    def test_what_is_to_come_may_be_missing_and_not_be_there(self):
        self.assertEqual(self.compare("GET\t/v1/me\tme_get\tany\n", ["keys_create"]), [])
        found = self.compare("GET\t/v1/me\tme_get\tany\nPOST\t/v1/keys\tkeys_create\tadmin\n", ["keys_create"])
        self.assertEqual(found, ["POST /v1/keys (keys_create) is served: take it out of unrouted.txt"])


class File(unittest.TestCase):
    """What one reader of YAML takes and the next one refuses, or reads as something else."""

    def assert_refused(self, text, what):
        with self.assertRaisesRegex(spec_file.Fault, what):
            spec_file.load(text)

    def test_no_key_stands_twice(self):
        self.assert_refused("a: 1\nb: 2\na: 3\n", "line 3: the key a stands in line 1 already")
        self.assert_refused("x: {Hash: {type: string}, Hash: {type: string}}", "the key Hash stands in line 1")
        self.assertEqual(spec_file.load("a: {b: 1}\nc: {b: 1}\n"), {"a": {"b": 1}, "c": {"b": 1}})

    def test_keys_are_texts(self):
        self.assert_refused("responses: {200: {description: Yes.}}", "the key 200 is no text")
        self.assert_refused("~: 1", "the key None is no text")

    def test_values_are_those_of_yaml_1_2(self):
        text = "[no, on, y, 12:30, 2026-11-30, 1_000, true, 010, 0o10, 0x1f, 1e3, .5, ~, '1']"
        self.assertEqual(spec_file.load(text), ["no", "on", "y", "12:30", "2026-11-30", "1_000", True, 10, 8, 31,
                                                1000.0, 0.5, None, "1"])


class Rules(unittest.TestCase):
    """Each rule of the file hears of what it is for, in a copy that was spoilt there."""

    def spoilt(self, pointer, name, value):
        document = copy.deepcopy(SPEC.document)
        spec = contract.Spec(document)
        spec.at(pointer)[name] = value
        return "\n".join(spec_rules.check(spec, ROOT / "lib" / "base" / "error.h"))

    def test_keywords_that_mean_nothing(self):
        lead, limit = "/components/schemas/Lead", "/components/parameters/Limit"
        cut = spec_file.load("{type: boolean, description: Older than the latest 20,000 were left out.}")
        self.assertIn("/properties/cut: not known in schema: 000 were left out.",
                      self.spoilt(lead + "/properties", "cut", cut))
        self.assertIn("/Limit: not known in parameter: maximum", self.spoilt(limit, "maximum", 1))
        self.assertIn("/Limit/schema: not known in schema: maxLenght", self.spoilt(limit + "/schema", "maxLenght", 1))
        self.assertIn("(whole): not known in document: x-outsides", self.spoilt("", "x-outsides", {}))
        get = "/paths/~1v1~1me/get"
        self.assertIn(get + ": not known in operation: bodyRequest", self.spoilt(get, "bodyRequest", {}))
        reference = get + "/responses/401"
        self.assertIn(reference + ": not known in response: headers", self.spoilt(reference, "headers", {}))

    def test_names_are_not_taken_for_keywords(self):
        document = {"components": {"schemas": {"A": {"properties": {"maxLenght": {"type": "string"}}}}}}
        self.assertEqual(spec_keywords.check(document), [])

    def test_schemas(self):
        schemas = "/components/schemas"
        self.assertIn("array without items", self.spoilt(schemas, "AnyJson", {"type": ["array", "null"]}))
        self.assertIn("is not closed", self.spoilt(schemas, "Open", {"type": "object"}))
        self.assertIn("/Bad: maxLength: '3' is not of type",
                      self.spoilt(schemas, "Bad", {"type": "string", "maxLength": "3"}))
        self.assertIn("/limit: a default makes it required",
                      self.spoilt(schemas + "/ClaimInput/properties", "limit", {"type": "integer", "default": 1}))
        self.assertIn("/Unused is used nowhere", self.spoilt(schemas, "Unused", {"type": "integer"}))

    def test_a_reference_that_leads_nowhere(self):
        self.assertIn("leads nowhere", self.spoilt("/components/schemas", "X", {"$ref": "#/components/schemas/Y"}))


if __name__ == "__main__":
    unittest.main()
