"""openapi.yaml as the checks need it: operations by route, schemas by pointer, validators."""

import re
from urllib.parse import parse_qsl, unquote

import warnings

import spec_file

warnings.filterwarnings("ignore", category=DeprecationWarning)
from jsonschema import Draft202012Validator, RefResolver  # noqa: E402

METHODS = ("get", "put", "post", "patch", "delete")


def load(path):
    with open(path, encoding="utf-8") as file:
        return Spec(spec_file.load(file.read()))


class Operation:
    def __init__(self, spec, method, path, item):
        self.method = method.upper()
        self.path = path
        self.node = item[method]
        self.pointer = "/paths/" + path.replace("~", "~0").replace("/", "~1") + "/" + method
        self.id = self.node.get("operationId", "")
        self.parameters = [
            spec.resolve(p)[0] for p in item.get("parameters", []) + self.node.get("parameters", [])
        ]
        self.regex = re.compile("^" + re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
        self.literal = "{" not in path

    def parameter(self, where, name):
        for parameter in self.parameters:
            same = parameter["name"] == name or (where == "header" and parameter["name"].lower() == name)
            if parameter["in"] == where and same:
                return parameter
        return None


class Spec:
    def __init__(self, document):
        self.document = document
        self.resolver = RefResolver("", document)
        self.validators = {}
        self.operations = [
            Operation(self, method, path, item)
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ]

    def resolve(self, node, pointer=""):
        """The node that a $ref stands for, with the pointer of its place."""
        while isinstance(node, dict) and "$ref" in node:
            pointer = node["$ref"][1:]
            node = self.at(pointer)
        return node, pointer

    def at(self, pointer):
        node = self.document
        for token in pointer.split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            node = node[int(token)] if isinstance(node, list) else node[token]
        return node

    def match(self, method, target):
        """(operation, path parameters); the operation is None for an unknown route."""
        path = target.split("?", 1)[0]
        wanted = "GET" if method == "HEAD" else method
        for operation in sorted(self.operations, key=lambda o: not o.literal):
            found = operation.regex.match(path)
            if found and operation.method == wanted:
                return operation, {k: unquote(v) for k, v in found.groupdict().items()}
        return None, {}

    def path_exists(self, target):
        return any(o.regex.match(target.split("?", 1)[0]) for o in self.operations)

    def validator(self, schema):
        key = id(schema)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator(schema, resolver=self.resolver)
        return self.validators[key]

    def faults(self, schema, value):
        """One line for every way in which the value does not fit the schema."""
        return [describe(error) for error in self.validator(schema).iter_errors(value)]

    def fits(self, schema, value):
        return self.validator(schema).is_valid(value)


def describe(error):
    """Where and what; of a failed anyOf or oneOf the branch that came closest."""
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    place = "".join("/" + str(token) for token in error.absolute_path)
    return "%s: %s" % (place or "(whole)", error.message[:400])


def query_of(target):
    if "?" not in target:
        return []
    return parse_qsl(target.split("?", 1)[1], keep_blank_values=True)


def coerce(schema, text):
    """A query or path parameter's text as the type that its schema asks for."""
    wanted = schema.get("type")
    if wanted == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def media_type(content_type):
    return content_type.split(";", 1)[0].strip().lower()


def is_json(content_type):
    return media_type(content_type) in ("application/json", "application/problem+json")
