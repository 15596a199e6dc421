"""One recorded exchange against the contract, and what of the contract was ever seen."""

import base64
import gzip
import json

from spec import coerce, is_json, media_type, query_of

# Headers that HTTP itself brings; everything else must be documented.
PLAIN_HEADERS = {
    "date", "connection", "content-length", "content-type", "cache-control", "keep-alive", "transfer-encoding",
    "vary", "content-encoding", "access-control-allow-origin", "access-control-expose-headers",
    "content-security-policy", "referrer-policy", "x-frame-options", "x-content-type-options", "content-disposition", "content-location",
}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # others are refused whatever the path
NO_BODY = "413"  # the description says so of every operation that takes no body


def body_of(exchange, side):
    if exchange.get(side + "_body_base64") is not None:
        sent = base64.b64decode(exchange[side + "_body_base64"])
        if side == "response" and headers_of(exchange, side).get("content-encoding") == "gzip":
            sent = gzip.decompress(sent)
        return sent.decode("utf-8", "replace")
    return exchange.get(side + "_body") or ""


def headers_of(exchange, side):
    return {name.lower(): value for name, value in (exchange.get(side + "_headers") or {}).items()}


class Coverage:
    def __init__(self):
        self.statuses = set()  # (operation id, status)
        self.properties = {}  # pointer: (schema, value) of the first answer that showed it


class Checker:
    def __init__(self, spec):
        self.spec = spec
        self.coverage = Coverage()

    def check(self, exchange):
        """Everything in which the exchange departs from the contract."""
        status = str(exchange["status"])
        operation, path = self.spec.match(exchange["method"], exchange["target"])
        if operation is None:
            return self.outside(exchange, status)
        if exchange.get("operation_id") not in (None, operation.id):
            return ["is %s here and %s there" % (operation.id, exchange["operation_id"])]
        if status == NO_BODY and "requestBody" not in operation.node and body_of(exchange, "request"):
            return self.response(exchange, {"$ref": "#/components/responses/Problem" + status}, "")
        if status not in operation.node["responses"]:
            return ["%s: status %s is not documented" % (operation.id, status)]
        self.coverage.statuses.add((operation.id, status))
        pointer = "%s/responses/%s" % (operation.pointer, status)
        found = self.response(exchange, operation.node["responses"][status], pointer)
        if status.startswith("2"):
            found += self.request(exchange, operation, path)
        return ["%s %s: %s" % (operation.id, status, fault) for fault in found]

    def outside(self, exchange, status):
        known = exchange["method"] not in METHODS or self.spec.path_exists(exchange["target"])
        wanted = "405" if known else "404"
        refusals = self.spec.document["x-outside"]
        if status not in refusals or (status in ("404", "405") and status != wanted):
            return ["unknown route answered %s" % status]
        return self.response(exchange, refusals[status], "/x-outside/" + status)

    def response(self, exchange, response, pointer):
        response, pointer = self.spec.resolve(response, pointer)
        found = self.response_headers(exchange, response)
        if exchange["method"] == "HEAD":
            return found
        headers, body = headers_of(exchange, "response"), body_of(exchange, "response")
        kind = media_type(headers.get("content-type", ""))
        if "content" not in response:
            return found + (["a body where none is documented"] if body else [])
        content = response["content"].get(kind)
        if content is None:
            return found + ["content type %r is not documented" % kind]
        if not is_json(kind):
            return found
        try:
            value = json.loads(body)
        except ValueError as error:
            return found + ["body is not JSON: %s" % error]
        place = "%s/content/%s/schema" % (pointer, kind.replace("/", "~1"))
        self.see(content["schema"], place, value)
        return found + self.spec.faults(content["schema"], value) + unended(value)

    def response_headers(self, exchange, response):
        found = []
        headers = {**self.spec.document.get("x-everywhere", {}), **response.get("headers", {})}
        documented = {name.lower(): self.spec.resolve(h)[0] for name, h in headers.items()}
        present = headers_of(exchange, "response")
        for name, header in documented.items():
            if name in present:
                found += ["header %s%s" % (name, f) for f in self.spec.faults(header["schema"], present[name])]
            elif header.get("required"):
                found.append("header %s is missing" % name)
        unknown = present.keys() - documented.keys() - PLAIN_HEADERS
        return found + ["header %s is not documented" % name for name in sorted(unknown)]

    def request(self, exchange, operation, path):
        found = []
        for name, text in path.items():
            found += self.parameter(operation, "path", name, text)
        for name, text in query_of(exchange["target"]):
            found += self.parameter(operation, "query", name, text)
        for parameter in operation.parameters:
            given = headers_of(exchange, "request").get(parameter["name"].lower())
            if parameter["in"] == "header" and given is not None:
                found += self.parameter(operation, "header", parameter["name"], given)
        return found + self.request_body(exchange, operation)

    def takes_any_query(self, operation):
        """One that is an object is whatever else stands in the query."""
        return any(p["in"] == "query" and self.spec.resolve(p["schema"])[0].get("type") == "object"
                   for p in operation.parameters)

    def parameter(self, operation, where, name, text):
        parameter = operation.parameter(where, name)
        if parameter is None and where == "query" and self.takes_any_query(operation):
            return []
        if parameter is not None and self.spec.resolve(parameter["schema"])[0].get("type") == "object":
            return []
        if parameter is None:
            return ["%s parameter %s is taken and not documented" % (where, name)]
        schema = self.spec.resolve(parameter["schema"])[0]
        faults = self.spec.faults(schema, coerce(schema, text))
        return ["%s parameter %s was taken: %s" % (where, name, fault) for fault in faults]

    def request_body(self, exchange, operation):
        body, wanted = body_of(exchange, "request"), operation.node.get("requestBody")
        if wanted is None:
            return ["a body was taken and none is documented"] if body else []
        if not body:
            return ["no body was taken where one is needed"] if wanted.get("required") else []
        kind = media_type(headers_of(exchange, "request").get("content-type", ""))
        anything = "*/*" in wanted["content"]
        if kind not in wanted["content"] and not anything:
            return ["request content type %r was taken" % kind]
        if not is_json(kind) or anything:
            return []
        faults = self.spec.faults(wanted["content"][kind]["schema"], json.loads(body))
        return ["request was taken: " + fault for fault in faults]

    def see(self, schema, pointer, value, answer=None):
        """Notes every property of the schema that this value has; answer is the whole it is of."""
        answer = answer or (schema, value)
        schema, pointer = self.spec.resolve(schema, pointer)
        for key in ("allOf", "anyOf", "oneOf"):
            for i, branch in enumerate(schema.get(key, [])):
                if key == "allOf" or self.spec.fits(branch, value):
                    self.see(branch, "%s/%s/%d" % (pointer, key, i), value, answer)
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            for item in value:
                self.see(schema["items"], pointer + "/items", item, answer)
        if isinstance(value, dict):
            self.see_members(schema, pointer, value, answer)

    def see_members(self, schema, pointer, value, answer):
        properties = schema.get("properties", {})
        for name, member in value.items():
            if name in properties:
                self.coverage.properties.setdefault("%s/properties/%s" % (pointer, name), answer)
                self.see(properties[name], "%s/properties/%s" % (pointer, name), member, answer)
            elif isinstance(schema.get("additionalProperties"), dict):
                self.see(schema["additionalProperties"], pointer + "/additionalProperties", member, answer)


def unended(value):
    """Sentences for people (`detail` beside a `code`, anywhere in an answer) that do not end like one."""
    if isinstance(value, list):
        return [fault for item in value for fault in unended(item)]
    if not isinstance(value, dict):
        return []
    own, found = value.get("detail") if "code" in value else None, []
    if isinstance(own, str) and not own.endswith((".", "!", "?")):
        found.append("detail %r does not end with a full stop" % own)
    return found + [fault for member in value.values() for fault in unended(member)]


def response_properties(spec):
    """Pointers of every property that any documented answer may have."""
    found, seen = set(), set()

    def visit(schema, pointer):
        schema, pointer = spec.resolve(schema, pointer)
        if pointer in seen or not isinstance(schema, dict):
            return
        seen.add(pointer)
        for key in ("allOf", "anyOf", "oneOf"):
            for i, branch in enumerate(schema.get(key, [])):
                visit(branch, "%s/%s/%d" % (pointer, key, i))
        for key in ("items", "additionalProperties"):
            visit(schema.get(key), pointer + "/" + key)
        for name, member in schema.get("properties", {}).items():
            found.add("%s/properties/%s" % (pointer, name))
            visit(member, "%s/properties/%s" % (pointer, name))

    for operation in spec.operations:
        for status, response in operation.node["responses"].items():
            response, pointer = spec.resolve(response, "%s/responses/%s" % (operation.pointer, status))
            for kind, content in response.get("content", {}).items():
                visit(content["schema"], "%s/content/%s/schema" % (pointer, kind.replace("/", "~1")))
    return found


def documented_statuses(spec):
    return {(o.id, status) for o in spec.operations for status in o.node["responses"]}
