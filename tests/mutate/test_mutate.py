#!/usr/bin/python3
"""script/mutate itself: each operator plants what it says and nothing beside, and the list of those
that change nothing is found again after lines moved."""

import collections
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import c_text  # noqa: E402
import mistakes  # noqa: E402
import trial  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOY = """/* if (a < b) && "c" */
#include "toy.h"
#define TWICE(x) \\
    ((x) + (x) < 7)

static const struct column toy_list[] = {
    {"toy_id", &as_uuid, IN(id), COLUMN_KEY},
    {"source", &as_int8, IN(source), COLUMN_CHANGES},
    {"medium", &as_int8, IN(medium)},
};

static const struct statement TOY_READ = {
    .sql = "SELECT t.source, t.medium "
           "FROM toy t WHERE workspace_id = $1 AND toy_id = $2",
    .cached = true,
    .hot = true,
};

static bool toy_fits(const struct toy *toy, int count)
{
    char text[16] = {0};

    if (toy->size < count && count != 0) // a || b
        return true;
    return !toy->empty;
}

const char *toy_name(struct toy *toy)
{
    toy->seen = toy->seen + 1;
    log_write("a < b && c");
    toy_free(toy);
    toy_move(toy, toy->from, toy->to);
    for (int i = 0; i < TOY_MAX; i++) {
        if (toy_fits(toy, i))
            continue;
        return toy->name;
    }
    return NULL;
}
"""

# kind: what becomes of which line
WANTED = {
    "relation": {
        ("if (toy->size < count && count != 0) // a || b", "if (toy->size <= count && count != 0) // a || b"),
        ("if (toy->size < count && count != 0) // a || b", "if (toy->size < count && count == 0) // a || b"),
        ("for (int i = 0; i < TOY_MAX; i++) {", "for (int i = 0; i <= TOY_MAX; i++) {"),
    },
    "logic": {("if (toy->size < count && count != 0) // a || b", "if (toy->size < count || count != 0) // a || b")},
    "condition": {
        ("if (toy->size < count && count != 0) // a || b", "if (!(toy->size < count && count != 0)) // a || b"),
        ("return !toy->empty;", "return toy->empty;"),
        ("if (toy_fits(toy, i))", "if (!(toy_fits(toy, i)))"),
    },
    "arithmetic": {
        ("toy->seen = toy->seen + 1;", "toy->seen = toy->seen - 1;"),
        ("for (int i = 0; i < TOY_MAX; i++) {", "for (int i = 0; i < TOY_MAX; i--) {"),
    },
    "constant": {
        ("if (toy->size < count && count != 0) // a || b", "if (toy->size < count && count != 1) // a || b"),
        ("toy->seen = toy->seen + 1;", "toy->seen = toy->seen + 0;"),
        ("for (int i = 0; i < TOY_MAX; i++) {", "for (int i = 1; i < TOY_MAX; i++) {"),
        ("for (int i = 0; i < TOY_MAX; i++) {", "for (int i = 0; i < (TOY_MAX - 1); i++) {"),
    },
    "boolean": {(".cached = true,", ".cached = false,")},
    "return": {
        ("return true;", "return false;"),
        ("return !toy->empty;", "return !(!toy->empty);"),
        ("return toy->name;", "return NULL;"),
    },
    "call": {("toy_move(toy, toy->from, toy->to);", "(void)0;")},
    "assignment": {("toy->seen = toy->seen + 1;", "(void)0;")},
    "arguments": {
        ("toy_move(toy, toy->from, toy->to);", "toy_move(toy->from, toy, toy->to);"),
        ("toy_move(toy, toy->from, toy->to);", "toy_move(toy, toy->to, toy->from);"),
        ("if (toy_fits(toy, i))", "if (toy_fits(i, toy))"),
    },
    "jump": {("continue;", "break;")},
    "column": {
        ('{"source", &as_int8, IN(source), COLUMN_CHANGES},', '{"source", &as_int8, IN(source), 0},'),
        (
            '{"source", &as_int8, IN(source), COLUMN_CHANGES}, {"medium", &as_int8, IN(medium)},',
            '{"source", &as_int8, IN(medium), COLUMN_CHANGES}, {"medium", &as_int8, IN(source)},',
        ),
    },
    "sql": {
        ('.sql = "SELECT t.source, t.medium "', '.sql = "SELECT t.medium, t.source "'),
        (
            '"FROM toy t WHERE workspace_id = $1 AND toy_id = $2",',
            '"FROM toy t WHERE workspace_id = $2 AND toy_id = $2",',
        ),
    },
}


def planted(text=TOY):
    return mistakes.find("lib/core/toy/toy.c", text)


class Operators(unittest.TestCase):
    def test_each_plants_what_it_says_and_nothing_beside(self):
        found = collections.defaultdict(set)
        for mistake in planted():
            found[mistake.operator].add((mistake.before, mistake.after))
        self.assertEqual(set(WANTED), set(mistakes.OPERATORS))
        for kind, wanted in WANTED.items():
            self.assertEqual(found[kind], wanted, kind)

    def test_what_is_planted_is_one_change_and_still_has_its_brackets(self):
        for mistake in planted():
            text = mistake.apply(TOY)
            self.assertNotEqual(text, TOY)
            c_text.Source(text)
            self.assertEqual(len(text.splitlines()), len(TOY.splitlines()), mistake.after)

    def test_comments_directives_and_what_is_logged_stay(self):
        for mistake in planted():
            text = mistake.apply(TOY)
            for kept in ('/* if (a < b) && "c" */', "((x) + (x) < 7)", "// a || b", 'log_write("a < b && c")'):
                self.assertIn(kept, text)

    def test_every_file_can_be_read(self):
        for path in sorted((ROOT / "lib").rglob("*.c")):
            text = path.read_text()
            for mistake in mistakes.find(path.name, text):
                self.assertTrue(mistake.function.isidentifier(), path)
                self.assertNotEqual(mistake.before, mistake.after, path)


class Equivalent(unittest.TestCase):
    LIST = """# why this list is here
lib/core/toy/toy.c toy_name
- for (int i = 0; i < TOY_MAX; i++) {
+ for (int i = 0; i <= TOY_MAX; i++) {
There is never so much, and a second line
says why.

lib/core/toy/toy.c toy_fits
- return true;
+ return false;
Nobody asks.
"""

    def test_an_entry_is_found_again_after_lines_moved_and_were_laid_out_anew(self):
        known = mistakes.read_equivalent(self.LIST)
        moved = "\n\n\n" + TOY.replace("    for (int i = 0; i < TOY_MAX; i++)", "        for (int i = 0;  i < TOY_MAX; i++)")
        for text in (TOY, moved):
            found = {m.key: known[m.key] for m in planted(text) if m.key in known}
            self.assertEqual(found, known)
        self.assertIn("There is never so much, and a second line says why.", known.values())

    def test_an_entry_of_another_function_or_mistake_is_not_taken(self):
        known = mistakes.read_equivalent(self.LIST.replace("toy_name", "toy_size").replace("+ return false", "+ return 1"))
        self.assertEqual([m for m in planted() if m.key in known], [])

    def test_of_lines_that_are_alike_a_number_says_which(self):
        text = TOY.replace("    return NULL;", "    if (toy->seen > 1)\n        return NULL;\n    if (toy->seen > 1)\n        return NULL;")
        entry = "lib/core/toy/toy.c toy_name%s\n- if (toy->seen > 1)\n+ if (toy->seen >= 1)\nWhy.\n"
        lines = []
        for number in ("", " 2", " 3"):
            known = mistakes.read_equivalent(entry % number)
            lines.append([m.line for m in planted(text) if m.key in known])
        self.assertEqual(len(lines[0]), 1)
        self.assertEqual(lines[1], [lines[0][0] + 2])
        self.assertEqual(lines[2], [])

    def test_an_entry_without_a_reason_is_refused(self):
        with self.assertRaises(ValueError):
            mistakes.read_equivalent("lib/a.c f\n- a\n+ b\n")

    def test_the_list_of_the_tree_is_about_files_that_are_there(self):
        known = mistakes.read_equivalent((ROOT / "tests/mutate/equivalent.txt").read_text())
        for path, *_rest in known:
            self.assertTrue((ROOT / path).is_file(), path)


class Draws(unittest.TestCase):
    def setUp(self):
        loader = importlib.machinery.SourceFileLoader("mutate", str(ROOT / "script" / "mutate"))
        self.mutate = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
        loader.exec_module(self.mutate)

    def test_a_seed_draws_the_same_ones_and_all_of_them(self):
        one = [m.key for m in self.mutate.drawn(planted(), 5)]
        self.assertEqual(one, [m.key for m in self.mutate.drawn(planted(), 5)])
        self.assertNotEqual(one, [m.key for m in self.mutate.drawn(planted(), 6)])
        self.assertEqual(sorted(one), sorted(m.key for m in planted()))

    def test_the_tests_of_the_noun_come_first(self):
        copy = trial.Copy(ROOT, 1, {})
        copy.tree = ROOT
        names = ["http/handoffs", "unit/life", "unit/email", "unit/handoff_claim", "store/handoff_read", "faults/model"]
        copy.times = dict.fromkeys(names, 1.0)
        copy.failing = {"unit/broken"}
        batches = list(copy.batches("lib/core/handoff/handoff_claim.c", [*names, "unit/broken"]))
        self.assertIn("unit/handoff_claim", batches[0])
        self.assertEqual(batches[1], ["unit/life", "unit/email"])
        self.assertEqual(batches[2:], [["store/handoff_read"], ["http/handoffs"], ["faults/model"]])
        batches = list(copy.batches("lib/store/read/handoff_read.c", names))
        self.assertEqual(batches[0], ["store/handoff_read"])
        self.assertEqual(batches[1], ["http/handoffs"])


if __name__ == "__main__":
    unittest.main()
