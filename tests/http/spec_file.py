"""openapi.yaml as YAML 1.2 reads it, and nothing that one reader takes and the next refuses.

PyYAML reads YAML 1.1, where a bare no is false, 12:30 a number and 2026-11-30 a date, and lets the
second of two equal keys win. The tools of those who read this file do not.
"""

import re

import yaml


class Fault(ValueError):
    """Where and what, as people read it."""


class Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers = {}


# The core schema of YAML 1.2.
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
     "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:%s)$" % pattern), list(first))


def construct_int(loader, node):
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def construct_mapping(loader, node):
    seen = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise Fault("line %d: the key %r is no text" % (line, key))
        if key in seen:
            raise Fault("line %d: the key %s stands in line %d already" % (line, key, seen[key]))
        seen[key] = line
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


Loader.add_constructor("tag:yaml.org,2002:int", construct_int)
Loader.add_constructor("tag:yaml.org,2002:map", construct_mapping)


def load(text):
    return yaml.load(text, Loader=Loader)
