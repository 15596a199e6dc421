"""What openapi.yaml itself must hold to: everything closed, bounded, shown by example and refused
with problems whose codes are those of lib/base/error.h."""

import json
import re

from jsonschema import Draft202012Validator, SchemaError

import spec_keywords

CLOSED_EXCEPT = {"/components/schemas/AnyJson"}  # bodies of other systems
ALWAYS = {"400", "431", "500", "503"}
WITH_KEY = {"401", "403", "422"}  # 422: Baton-Actor names nobody the key speaks for
WITH_BODY = {"411", "413", "415"}
ROLES = {"capture", "work", "sign", "report", "read", "admin"}


def error_codes(header_path):
    """{status: [code, …]} as the X-macro table of error.h has them."""
    with open(header_path, encoding="utf-8") as file:
        rows = re.findall(r'X\(\w+,\s*(\d+),\s*"(\w+)"', file.read())
    codes = {}
    for status, code in rows:
        codes.setdefault(int(status), []).append(code)
    return codes


def check(spec, header_path):
    found = spec_keywords.check(spec.document) + refs(spec)
    if found:
        return found  # the rest follows them
    found += schemas(spec)
    found += defaults(spec)
    found += operations(spec)
    found += examples(spec)
    found += problems(spec, error_codes(header_path))
    found += unused(spec)
    return found


def walk(node, pointer=""):
    yield pointer, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from walk(child, pointer + "/" + str(key).replace("~", "~0").replace("/", "~1"))


def refs(spec):
    found = []
    for pointer, node in walk(spec.document):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            try:
                spec.at(node["$ref"][1:])
            except (KeyError, IndexError, ValueError):
                found.append("%s: %s leads nowhere" % (pointer, node["$ref"]))
    return found


def schema_places(spec):
    """Every schema in the document: pointer, schema."""
    roots = [p for p, n in walk(spec.document) if p.endswith("/schema") and isinstance(n, dict)]
    roots += ["/components/schemas/" + name for name in spec.document["components"]["schemas"]]
    seen = set()
    for root in roots:
        for pointer, node in sub_schemas(spec.at(root), root):
            if pointer not in seen:
                seen.add(pointer)
                yield pointer, node


def sub_schemas(schema, pointer):
    yield pointer, schema
    for key in ("allOf", "anyOf", "oneOf"):
        for i, child in enumerate(schema.get(key, [])):
            yield from sub_schemas(child, "%s/%s/%d" % (pointer, key, i))
    for key in ("items", "additionalProperties", "propertyNames", "not"):
        if isinstance(schema.get(key), dict):
            yield from sub_schemas(schema[key], pointer + "/" + key)
    for name, child in schema.get("properties", {}).items():
        yield from sub_schemas(child, "%s/properties/%s" % (pointer, name))


def types_of(schema):
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def schemas(spec):
    found = []
    for pointer, schema in schema_places(spec):
        kinds = types_of(schema)
        found += ["%s: %s" % (pointer, fault) for fault in ill_formed(schema)]
        if "array" in kinds and "items" not in schema:
            found.append(pointer + ": array without items")
        if pointer in CLOSED_EXCEPT:
            continue
        if "object" in kinds:
            extra = schema.get("additionalProperties")
            if extra is not False and not (isinstance(extra, dict) and extra):
                found.append(pointer + ": object is not closed")
            for name in schema.get("required", []):
                if name not in schema.get("properties", {}):
                    found.append("%s: required %s is no property" % (pointer, name))
        if "properties" in schema and "object" not in kinds and "/allOf/" not in pointer:
            found.append(pointer + ": has properties and no type")
        if "string" in kinds and not {"maxLength", "pattern", "enum", "const"} & schema.keys():
            found.append(pointer + ": string without a limit")
        if "array" in kinds and "maxItems" not in schema:
            found.append(pointer + ": array without maxItems")
    return found


def ill_formed(schema):
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield "%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200])


def defaults(spec):
    """A member with a default is there for whoever reads, so makers of clients ask it of whoever
    writes: what a body may leave out says in words what then holds."""
    found = []
    for pointer, schema in schema_places(spec):
        for name, member in schema.get("properties", {}).items():
            if isinstance(member, dict) and "default" in member:
                found.append("%s/properties/%s: a default makes it required in generated clients" % (pointer, name))
    return found


def operations(spec):
    found, ids = [], {}
    for op in spec.operations:
        name = "%s %s" % (op.method, op.path)
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", op.id):
            found.append("%s: operationId %r" % (name, op.id))
        if op.id in ids:
            found.append("%s: operationId %s is also that of %s" % (name, op.id, ids[op.id]))
        ids[op.id] = name
        found += ["%s: %s" % (name, fault) for fault in operation(spec, op)]
    return found


def operation(spec, op):
    statuses = set(op.node.get("responses", {}))
    wanted = set(ALWAYS)
    keyed = op.node.get("security", spec.document["security"]) != []
    if keyed:
        wanted |= WITH_KEY
        if not set(op.node.get("x-roles", ["?"])) <= ROLES:
            yield "x-roles are missing or unknown"
    if op.method != "GET":
        wanted |= WITH_BODY | {"409", "501"}
    if any(p["in"] == "path" for p in op.parameters):
        wanted.add("404")
    for status in sorted(wanted - statuses):
        yield "status %s is not documented" % status
    if not any(s.startswith("2") for s in statuses):
        yield "no success is documented"
    if set(re.findall(r"{(\w+)}", op.path)) != {p["name"] for p in op.parameters if p["in"] == "path"}:
        yield "path and path parameters differ"
    if op.method == "POST" and op.parameter("header", "idempotency-key") is None:
        yield "takes no Idempotency-Key"
    for status in statuses:
        response = spec.resolve(op.node["responses"][status])[0]
        if "X-Request-Id" not in response.get("headers", {}):
            yield "status %s has no X-Request-Id" % status
        if status >= "400" and op.node["responses"][status] != {"$ref": "#/components/responses/Problem" + status}:
            yield "status %s is not the shared problem" % status


def bodies(spec):
    """Every request body and successful response body: a name, its media type object."""
    for op in spec.operations:
        for kind, content in op.node.get("requestBody", {}).get("content", {}).items():
            yield "%s request %s" % (op.id, kind), content
        for status, response in op.node["responses"].items():
            if status.startswith("2"):
                for kind, content in spec.resolve(response)[0].get("content", {}).items():
                    yield "%s %s %s" % (op.id, status, kind), content


def examples_of(spec, content):
    if "example" in content:
        yield "example", content["example"]
    for name, example in content.get("examples", {}).items():
        yield name, spec.resolve(example)[0]["value"]


def examples(spec):
    found = []
    for name, content in bodies(spec):
        shown = list(examples_of(spec, content))
        if not shown:
            found.append(name + ": no example")
        for label, value in shown:
            json.dumps(value)  # a YAML date would not be JSON
            for fault in spec.faults(content["schema"], value):
                found.append("%s, example %s: %s" % (name, label, fault))
    return found


def problems(spec, codes):
    found = []
    every = spec.at("/components/schemas/Problem/properties/code/enum")
    if sorted(every) != sorted(c for row in codes.values() for c in row):
        found.append("Problem: the codes are not those of error.h")
    documented = {int(n[7:]) for n in spec.document["components"]["responses"] if n.startswith("Problem")}
    documented |= {int(status) for status in spec.document["x-outside"]}
    if documented != set(codes):
        found.append("problem responses %s, statuses of error.h %s" % (sorted(documented), sorted(codes)))
    for status in sorted(documented & set(codes)):
        schema = problem_schema(spec, status)
        wanted = [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"status": {"const": status}, "code": {"enum": codes[status]}}},
        ]
        if schema.get("allOf") != wanted:
            found.append("Problem%d: status or codes are not those of error.h (%s)" % (status, codes[status]))
    return found


def problem_schema(spec, status):
    outside = spec.document["x-outside"].get(str(status), {})
    if "content" in outside:
        return outside["content"]["application/problem+json"]["schema"]
    return spec.document["components"]["schemas"].get("Problem%d" % status, {})


def unused(spec):
    used = {n["$ref"] for _, n in walk(spec.document) if isinstance(n, dict) and isinstance(n.get("$ref"), str)}
    return [
        "%s is used nowhere" % ref
        for kind in ("schemas", "parameters", "headers", "responses", "examples")
        for ref in ("#/components/%s/%s" % (kind, name) for name in spec.document["components"][kind])
        if ref not in used
    ]
