#!/usr/bin/python3
"""Holds openapi.yaml against itself, against recorded exchanges, and against what they covered.

  contract_check.py --self                     the rules of spec_rules.py
  contract_check.py --self-mutate              the examples as exchanges; every deleted property is noticed
  contract_check.py FILE|FOLDER…               every exchange of the NDJSON files fits
  contract_check.py --coverage FILE|FOLDER…    and every answer and response property occurred, and
                                               one that is deleted would be noticed
  contract_check.py --coverage --all-of NAME,… FOLDER
                                               in these files of the folder; skipped when one is
                                               missing, since not all tests ran

Exit: 0 fits, 1 does not, 2 wrong use, 77 nothing was recorded (CTest's skip).
"""

import argparse
import copy
import json
import pathlib
import re
import sys

import exchanges
import spec as contract
import spec_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOWN_MAX = 50
SKIPPED = 77

# Answers and properties that no story brings about: faults of the machine, and what HTTP or the
# edge refuses on every operation alike and is tried on one of them.
# Status and codes of each problem, which spec_rules.py holds against error.h.
HELD_BY_RULES = re.compile("/components/schemas/Problem\\d+/allOf/1/")
ALLOWED_UNSEEN = ROOT / "tests" / "http" / "unseen.txt"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", default=ROOT / "openapi.yaml")
    parser.add_argument("--self", action="store_true", dest="self_check")
    parser.add_argument("--self-mutate", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--all-of", default="", help="names of tests, parted by commas")
    parser.add_argument("paths", nargs="*")
    args = parser.parse_args()
    spec = contract.load(args.spec)
    if args.self_check:
        return report("openapi.yaml", spec_rules.check(spec, ROOT / "lib" / "base" / "error.h"))
    if args.self_mutate:
        return report("mutation", mutate(spec))
    if not args.paths:
        parser.error("name the files or folders of recorded exchanges, or --self")
    if args.all_of:
        args.paths = [str(pathlib.Path(args.paths[0]) / (name + ".ndjson")) for name in args.all_of.split(",")]
        missing = [path for path in args.paths if not pathlib.Path(path).exists()]
        if missing:
            print("skipped: http/coverage: only a run of all tests can say; there is no " + " ".join(missing))
            return SKIPPED
    return check(spec, args.paths, args.coverage)


def report(what, found):
    for line in found[:SHOWN_MAX]:
        print(line)
    if len(found) > SHOWN_MAX:
        print("… and %d more" % (len(found) - SHOWN_MAX))
    print("%s: %s" % (what, "%d faults" % len(found) if found else "holds"))
    return 1 if found else 0


def check(spec, paths, with_coverage):
    checker, found, count = exchanges.Checker(spec), [], 0
    for place, exchange in recorded(paths):
        count += 1
        for fault in checker.check(exchange):
            found.append("%s %s %s: %s" % (place, exchange["method"], exchange["target"][:120], fault))
    if count == 0:
        print("skipped: http/contract: no exchange was recorded")
        return SKIPPED
    if with_coverage:
        found += unseen(spec, checker.coverage) + undefended(spec, checker.coverage)
    return report("%d exchanges" % count, found)


def recorded(paths):
    """(file:line, exchange) of all NDJSON files."""
    for path in map(pathlib.Path, paths):
        for file in sorted(path.glob("*.ndjson")) if path.is_dir() else [path]:
            with open(file, encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    yield "%s:%d" % (file.name, number), json.loads(line)


def unseen(spec, coverage):
    allowed = allowed_unseen()
    wanted = {"property " + p for p in exchanges.response_properties(spec)}
    wanted |= {"answer %s %s" % pair for pair in exchanges.documented_statuses(spec)}
    seen = {"property " + p for p in coverage.properties}
    seen |= {"answer %s %s" % pair for pair in coverage.statuses}
    once = {"answer * " + status for _, status in coverage.statuses}
    found = [line for line in sorted(wanted - seen) if not covered(line, allowed, once)]
    found += [rule for rule in sorted(allowed) if rule.startswith("answer * ") and rule not in once]
    return ["never occurred: " + line for line in found] + [
        "unseen.txt allows what is not there or occurs: " + rule
        for rule in sorted(allowed) if not rule.startswith("maybe ") and " * " not in rule and " - " not in rule and rule not in wanted - seen
    ]


def undefended(spec, coverage):
    """What could be deleted from openapi.yaml without a recorded answer that no longer fits."""
    seen = exchanges.response_properties(spec) & coverage.properties.keys()
    return [
        "deleting %s goes unnoticed" % pointer
        for pointer in sorted(seen)
        if not HELD_BY_RULES.match(pointer) and unnoticed(spec, *coverage.properties[pointer], pointer)
    ]


def allowed_unseen():
    with open(ALLOWED_UNSEEN, encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def covered(line, allowed, once):
    if line in allowed or "maybe " + line in allowed:
        return True
    if not line.startswith("answer "):
        return False
    status = line.split(" ")[-1]
    return "answer - " + status in allowed or ("answer * " + status in allowed and "answer * " + status in once)


def from_examples(spec):
    """Every example of an answer, as if it had been recorded."""
    for op in spec.operations:
        for status, response in op.node["responses"].items():
            for kind, content in spec.resolve(response)[0].get("content", {}).items():
                for _, value in spec_rules.examples_of(spec, content):
                    yield op, status, kind, value


def mutate(spec):
    """Deletes each response property that an example shows, and wants to hear of it."""
    found = []
    for op, status, kind, value in from_examples(spec):
        if not contract.is_json(kind):
            continue
        checker = exchanges.Checker(spec)
        response, pointer = spec.resolve(op.node["responses"][status], "%s/responses/%s" % (op.pointer, status))
        schema = response["content"][kind]["schema"]
        checker.see(schema, pointer + "/schema", value)
        for seen in checker.coverage.properties:
            if seen.startswith("/components/") and unnoticed(spec, schema, value, seen):
                found.append("%s %s: deleting %s goes unnoticed" % (op.id, status, seen))
    return found


def unnoticed(spec, schema, value, pointer):
    parent, _, name = pointer.rpartition("/")
    node = spec.at(parent)
    kept, others = node.pop(name), copy.copy(node)
    try:
        return contract.Spec(spec.document).fits(schema, value)
    finally:
        node.clear()
        node.update(others)
        node[name] = kept


if __name__ == "__main__":
    sys.exit(main())
