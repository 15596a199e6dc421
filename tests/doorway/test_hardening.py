#!/usr/bin/python3
"""What the compiler and the linker did so that a mistake in memory is hard to use, read out of the program that is
built without sanitizers, as the one that is installed."""

import os
import platform
import subprocess
import unittest

from place import main, tearDownModule  # noqa: F401

PLAIN = os.environ.get("BATON_PLAIN_BINARY", "")


def read(*options):
    return subprocess.run(["readelf", "-W", *options, PLAIN], check=True, capture_output=True, text=True).stdout


@unittest.skipUnless(PLAIN, "the program without sanitizers is not built")
class Hardening(unittest.TestCase):
    def test_it_is_loaded_at_a_random_address(self):
        self.assertRegex(read("-h"), r"Type:\s+DYN")
        self.assertRegex(read("-d"), r"FLAGS_1.*\bPIE\b")

    def test_its_tables_are_read_only_once_it_has_begun(self):
        self.assertIn("GNU_RELRO", read("-l"))
        self.assertRegex(read("-d"), r"BIND_NOW|FLAGS_1.*\bNOW\b")

    def test_no_memory_is_both_written_and_run(self):
        segments = [line.split() for line in read("-l").splitlines() if line.split()[:1] in (["LOAD"], ["GNU_STACK"])]
        self.assertTrue(any(words[0] == "GNU_STACK" for words in segments))
        for words in segments:
            flags = "".join(words[6:-1])
            self.assertFalse("W" in flags and "E" in flags, words)

    def test_stacks_are_guarded(self):
        self.assertIn("__stack_chk_fail", read("--dyn-syms"))

    @unittest.skipIf(os.environ.get("BATON_CONFIG") == "Debug", "checked string functions need an optimised build")
    def test_string_functions_are_checked(self):
        checked = {word for word in read("--dyn-syms").split() if word.startswith("__") and "_chk@" in word}
        self.assertTrue({word.split("@")[0] for word in checked} & {"__memcpy_chk", "__snprintf_chk", "__vsnprintf_chk"}, checked)

    @unittest.skipUnless(platform.machine() == "x86_64", "marked targets of jumps are x86's")
    def test_its_functions_are_marked_as_targets_of_jumps(self):
        """The mark of the whole program is missing: Debian's start-up objects have none."""
        code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "--disassemble=main", PLAIN], check=True,
                              capture_output=True, text=True).stdout
        self.assertRegex(code, r"<main>:\n\s+[0-9a-f]+:\s+endbr64")


if __name__ == "__main__":
    main()
