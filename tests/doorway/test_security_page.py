#!/usr/bin/python3
"""SECURITY.md names a test beside each promise: each of them is there."""

import re
import unittest

from place import ROOT, main, tearDownModule  # noqa: F401

CTEST = (ROOT / "tests/CMakeLists.txt").read_text()


def suite_file(suite, name):
    for file in ("tests/%s/test_%s.c", "tests/%s/test_%s.py"):
        if (ROOT / (file % (suite, name))).exists():
            return (ROOT / (file % (suite, name))).read_text()
    return None


class SecurityPage(unittest.TestCase):
    def test_each_test_that_it_names_is_there(self):
        page = (ROOT / "SECURITY.md").read_text()
        named = re.findall(r"`(unit|store|http|faults|web|doorway|fuzz)/(\w+)(?:: (\w+))?`", page)
        self.assertGreater(len(named), 40)
        for suite, name, case in named:
            with self.subTest("%s/%s: %s" % (suite, name, case)):
                text = suite_file(suite, name)
                if text is None:
                    known = "NAME %s/%s " % (suite, name) in CTEST or (ROOT / ("tests/fuzz/fuzz_%s.c" % name)).exists()
                    self.assertTrue(known and not case)
                elif case:
                    self.assertRegex(text, r"(START_TEST|STORY)\(%s\b|def %s\(" % (case, case))

    def test_each_page_that_it_links_is_there(self):
        for path in re.findall(r"\]\(([^)]+)\)", (ROOT / "SECURITY.md").read_text()):
            self.assertTrue((ROOT / path).exists(), path)


if __name__ == "__main__":
    main()
