#!/usr/bin/python3
"""The commands of docs/operations.md, as they stand there, on a PostgreSQL that asks for passwords."""

import os
import pathlib
import re
import subprocess

from place import BINARY, ROOT, DoorwayTest, main, tearDownModule  # noqa: F401
from postgres import Postgres


class Page(DoorwayTest):
    def test_its_commands_do_what_they_say(self):
        page = (ROOT / "docs/operations.md").read_text()
        blocks = re.findall(r"<!-- run -->\n```sh\n(.*?)```", page, re.S)
        self.assertEqual(len(blocks), page.count("<!-- run -->"))
        postgres = Postgres(self, "postgres", "not asked for")
        etc = self.folder / "etc"
        etc.mkdir()
        (self.folder / "baton").symlink_to(BINARY)
        script = "set -eu\n" + "\n".join(blocks)
        script = script.replace("@db.example/", "@127.0.0.1:%d/" % postgres.port).replace("/etc/baton", str(etc))
        env = self.env | postgres.env | {"PATH": "%s:%s" % (self.folder, os.environ["PATH"]),
                                         "OWNER_PASSWORD": "o w'n@er/#", "SERVICE_PASSWORD": "se%r\"vice:"}
        done = subprocess.run(["sh", "-c", script], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"database: host=127\.0\.0\.1 port=\d+ dbname=restored user=baton_service\n"
                                      r"acme: \d+ entries of \d+ subjects, 0 leads: sound\n$")
        # The one that serves is neither owner nor able to become it.
        url = "postgresql://baton_service@127.0.0.1:%d/baton" % postgres.port
        for sql, said in (("SET ROLE baton_owner", "permission denied"), ("DROP TABLE lead", "must be owner")):
            done = subprocess.run(["psql", url, "-c", sql], env=env | {"PGPASSWORD": env["SERVICE_PASSWORD"]},
                                  capture_output=True, text=True, check=False)
            self.assertIn(said, done.stderr)

    def test_the_files_it_names_are_there(self):
        page = (ROOT / "docs/operations.md").read_text()
        for name in re.findall(r"\]\(([a-z]+\.md)\)", page) + ["../docker/compose.yaml"]:
            self.assertTrue(pathlib.Path(ROOT / "docs" / name).exists(), name)


if __name__ == "__main__":
    main()
