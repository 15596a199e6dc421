"""A PostgreSQL that asks for passwords over TCP, as those of others do, and ends with its test."""

import pathlib
import subprocess

from place import AS_ROOT, taken_port


class Postgres:
    def __init__(self, test, user, password):
        self.folder = test.folder / "cluster"
        self.folder.mkdir()
        (self.folder / "password").write_text(password + "\n")
        (self.folder / "password").chmod(0o644)
        if AS_ROOT:
            subprocess.run(["chown", "postgres:", self.folder], check=True)
        other, self.port = taken_port()
        other.close()
        data = self.folder / "pg"
        self.run("initdb", "-D", data, "-U", user, "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256",
                 "--pwfile", self.folder / "password", "-E", "UTF8", "--locale=C.UTF-8")
        self.run("pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o",
                 "-F -k %s -p %d -c listen_addresses=127.0.0.1" % (self.folder, self.port), "start")
        test.addCleanup(self.run, "pg_ctl", "-D", data, "-m", "immediate", "stop")
        # By the socket its administrator needs no password.
        self.env = {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGUSER": user, "PGDATABASE": "postgres"}

    def run(self, program, *words):
        programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        as_user = ["runuser", "-u", "postgres", "--"] if AS_ROOT else []
        done = subprocess.run(as_user + [str(programs / program)] + [str(w) for w in words], cwd="/",
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError("%s: %s%s" % (program, done.stdout, done.stderr))
