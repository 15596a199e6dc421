#!/usr/bin/python3
"""The server's route table against openapi.yaml, in both directions.

  check_routes.py BATON        runs `BATON routes`: a line per route, METHOD PATTERN OPERATION ROLES
                               parted by tabs, roles by commas, "any" where any key
                               does, "-" where none is needed; then "secret" where a read
                               must not be compressed

Exit: 0 they agree, 1 they do not, 2 the routes cannot be had.
"""

import pathlib
import subprocess
import sys

import spec as contract

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNROUTED = pathlib.Path(__file__).with_name("unrouted.txt")
WAIT_S = 20
GIVE_ACCESS = {"secret", "secrets", "token", "password", "cookie", "authorization"}


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    run = subprocess.run([sys.argv[1], "routes"], capture_output=True, text=True, timeout=WAIT_S, check=False)
    if run.returncode != 0:
        print("%s routes: %s" % (sys.argv[1], run.stderr.strip()), file=sys.stderr)
        return 2
    spec = contract.load(ROOT / "openapi.yaml")
    found = compare(served(run.stdout), documented(spec), unrouted()) + bare_secrets(spec, secret(run.stdout))
    print("\n".join(found + ["routes: %s" % ("%d faults" % len(found) if found else "agree")]))
    return 1 if found else 0


def served(text):
    """{(method, pattern): (operation, roles)}"""
    rows = [line.split("\t") for line in text.splitlines() if line]
    return {(r[0], r[1]): (r[2], frozenset(r[3].split(","))) for r in rows}


def secret(text):
    """Operations whose answers are never compressed."""
    return {row[2] for row in (line.split("\t") for line in text.splitlines() if line) if "secret" in row[4:]}


def bare_secrets(spec, kept):
    """Reads that show what gives access, and would be compressed beside what somebody else wrote."""
    return [
        "%s answers with %s: its route needs ROUTE_SECRET" % (operation.id, name)
        for operation in spec.operations
        for name in sorted(shown(spec, operation) & GIVE_ACCESS)
        if operation.method == "GET" and operation.id not in kept
    ]


def shown(spec, operation):
    """Names of all members that a good answer may have, however deep."""
    names, seen = set(), set()

    def visit(node):
        node, pointer = spec.resolve(node)
        if pointer in seen or not isinstance(node, (dict, list)):
            return
        seen.add(pointer or id(node))
        for child in node.values() if isinstance(node, dict) else node:
            visit(child)
        if isinstance(node, dict) and isinstance(node.get("properties"), dict):
            names.update(node["properties"])

    for status, response in operation.node["responses"].items():
        for content in spec.resolve(response)[0].get("content", {}).values() if status.startswith("2") else ():
            visit(content["schema"])
    return names


def documented(spec):
    return {(o.method, o.path): (o.id, who_may(o.node)) for o in spec.operations}


def who_may(node):
    """No operation is left without a word on who may: an empty list is every key."""
    if node.get("security") == []:
        return frozenset(["-"])
    return frozenset(node.get("x-roles", ["nobody: x-roles is missing"]) or ["any"])


def unrouted():
    """Operations that the server does not offer yet."""
    if not UNROUTED.exists():
        return set()
    return {line.strip() for line in UNROUTED.read_text("utf-8").splitlines() if line and not line.startswith("#")}


def compare(routes, operations, to_come):
    found = []
    for key, (operation, roles) in sorted(operations.items()):
        name = "%s %s (%s)" % (*key, operation)
        if key not in routes:
            if operation not in to_come:
                found.append(name + " is documented and not served")
        elif operation in to_come:
            found.append(name + " is served: take it out of unrouted.txt")
        elif routes[key][0] != operation:
            found.append("%s is served as %s" % (name, routes[key][0]))
        elif routes[key][1] != roles:
            found.append("%s: roles %s, served for %s" % (name, sorted(roles), sorted(routes[key][1])))
    for key, (operation, _) in sorted(routes.items()):
        if key not in operations:
            found.append("%s %s (%s) is served and not documented" % (*key, operation))
    return found


if __name__ == "__main__":
    sys.exit(main())
