#!/usr/bin/python3
"""The program by itself: no command but `serve` and `migrate` makes a database, and the others find the one that is
meant or say where they looked."""

import os
import re
import signal
import subprocess

from place import AS_ROOT, BINARY, DoorwayTest, get, main, tearDownModule, wait_for  # noqa: F401

MAKERS = ("serve", "migrate")


class Commands(DoorwayTest):
    def serve(self, **env):
        server = self.start([BINARY, "serve"], **env)
        url = wait_for("it listens", lambda: self.baton("where", "--process", server.process.pid)[1].strip())
        wait_for("it is ready", lambda: get(url + "/readyz")[0] == 200)
        return server, url

    def all_commands(self):
        """(name, how many words it needs) of those that use a database."""
        names = re.findall(r"^  ([a-z -]+?)(?:  | [\[A-Z])", self.baton("--help")[1], re.M)
        self.assertGreater(len(names), 20)
        for name in names:
            text = self.baton(*name.split(), "--help")[1]
            if "BATON_DATA_DIR" in text:
                usage = re.search(r"usage: baton %s(.*)" % name, text).group(1)
                yield name, re.sub(r"\[[^\]]*\]", "", usage).split()

    def test_none_makes_a_database(self):
        (self.folder / "file").write_text("{}")
        mapping = ["--mapping", "file"]
        asked = 0
        for name, words in self.all_commands():
            if name in MAKERS:
                continue
            asked += 1
            code, _, err = self.baton(*name.split(), *["1" if w == "VERSION" else "mql" if w == "TERM" else "x" if
                                                       w != "FILE..." else "file" for w in words],
                                      *(mapping if name == "import" else []), env={"BATON_DATA_DIR": str(self.data)})
            with self.subTest(name):
                self.assertFalse(self.data.exists(), "it made %s" % self.data)
                if code != 2:  # some look at their words before
                    self.assertEqual(code, 3, err)
                    self.assertIn("there is no database in %s, the data directory that was given" % self.data, err)
        self.assertGreater(asked, 15)

    def test_migrate_may_and_says_so(self):
        env = {"BATON_DATA_DIR": str(self.data)}
        self.assertEqual(self.baton("migrate", "--check", env=env)[0], 3)
        code, out, _ = self.baton("migrate", env=env)
        self.assertEqual(code, 0)
        self.assertIn("a new database was made: the private one in %s\n" % self.data, out)
        self.assertNotIn("a new database", self.baton("migrate", env=env)[1])

    def test_without_any_place_it_says_where_it_looked(self):
        if AS_ROOT and os.path.exists("/var/lib/baton"):
            self.skipTest("root has a database in the default place")
        code, _, err = self.baton("workspace", "list")
        self.assertEqual(code, 3)
        where = "/var/lib/baton" if AS_ROOT else str(self.home / ".local/share/baton")
        self.assertIn("there is no database in %s, the default data directory" % where, err)
        self.assertEqual(list(self.home.iterdir()), [])

    def test_of_several_servers_it_asks_which(self):
        one, other = self.folder / "one", self.folder / "other"
        first, first_url = self.serve(BATON_DATA_DIR=str(one))
        self.assertIn("the private one in %s" % one, self.baton("verify")[1])
        second, second_url = self.serve(BATON_DATA_DIR=str(other))
        code, _, err = self.baton("verify")
        self.assertEqual(code, 3)
        for word in (str(one), first_url, str(other), second_url, "say which one is meant"):
            self.assertIn(word, err)
        self.assertIn("the private one in %s" % one, self.baton("verify", "--data-dir", one)[1])
        # One that was killed has left its note, which counts for nothing.
        first.end(signal.SIGKILL)
        self.assertIn("the private one in %s" % other, self.baton("verify")[1])
        self.assertEqual(second.end(), 0)
        self.assertEqual(list((self.folder / "run").glob("%d.json" % second.process.pid)), [])

    def test_a_server_without_a_place_for_its_note_serves(self):
        (self.folder / "run").write_text("not a directory")
        server = self.start([BINARY, "serve", "--listen", "127.0.0.1:0"], BATON_DATA_DIR=str(self.data))
        url = server.wait_said(r'"listening","detail":"(http://[^"]+)"').group(1)
        wait_for("it is ready", lambda: get(url + "/readyz")[0] == 200)
        server.wait_said("cannot note in %s/run that this server runs" % self.folder)
        self.assertEqual(server.end(), 0)

    def test_an_address_that_stands_for_all_is_named_as_one(self):
        server, url = self.serve(BATON_DATA_DIR=str(self.data), BATON_LISTEN=":0")
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+$")
        server.end()
        server, url = self.serve(BATON_DATA_DIR=str(self.data), BATON_LISTEN="[::1]:0")
        self.assertRegex(url, r"^http://\[::1\]:\d+$")
        server.end()

    def test_nothing_is_asked_of_a_file_that_is_no_note(self):
        (self.folder / "run").mkdir()
        for name, text in (("1.json", "{"), ("%d.json" % os.getpid(), '{"process": %d}' % os.getpid()), ("x.json", "")):
            (self.folder / "run" / name).write_text(text)
        self.assertNotIn("server ", self.baton("where")[1])


if __name__ == "__main__":
    main()
