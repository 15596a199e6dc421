#!/usr/bin/python3
"""docker/compose.yaml without containers: its services' commands run with the environment that it gives them, on a
PostgreSQL that asks for passwords, and these hold what breaks a URL."""

import json
import os
import pathlib
import re
import subprocess

import yaml
from place import BINARY, ROOT, DoorwayTest, get, main, tearDownModule, wait_for  # noqa: F401
from postgres import Postgres

PASSWORDS = {"BATON_OWNER_PASSWORD": "o@w/n#e:r%20 '\"\\$x?&", "BATON_SERVICE_PASSWORD": "s@/#=' %41\\\"é"}
OWNERS = ("baton_owner", "BATON_OWNER")


def interpolated(text):
    return re.sub(r"\$\$|\$\{(\w+):-([^}]*)\}", lambda m: PASSWORDS.get(m[1], m[2]) if m[1] else "$", text)


class Compose(DoorwayTest):
    def setUp(self):
        super().setUp()
        self.services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
        given = {k: interpolated(v) for k, v in self.services["postgres"]["environment"].items()}
        postgres = Postgres(self, given["POSTGRES_USER"], given["POSTGRES_PASSWORD"])
        self.port = postgres.port
        env = os.environ | given | postgres.env
        subprocess.run(["psql", "-qc", "CREATE DATABASE " + given["POSTGRES_DB"]], env=env, check=True)
        subprocess.run(["sh", ROOT / "docker/service-user.sh"], env=env, check=True, stdout=subprocess.DEVNULL)

    def environment(self, service):
        """Of a service, with the port of our PostgreSQL."""
        given = {k: interpolated(v) for k, v in self.services[service]["environment"].items()}
        return {k: v.replace("@postgres/", "@127.0.0.1:%d/" % self.port) for k, v in given.items()}

    def make_keys(self):
        """As the service does, twice: what is there stays. The environment that names them."""
        (self.folder / "baton").symlink_to(BINARY)
        path = {"PATH": "%s:%s" % (self.folder, os.environ["PATH"])}
        volume = self.folder / "keys"
        volume.mkdir()
        made = []
        for _ in range(2):
            code, _, err = self.run_words(self.services["keys"]["entrypoint"], cwd=volume, env=path)
            self.assertEqual(code, 0, err)
            made.append({file.name: file.read_bytes() for file in volume.iterdir()})
        self.assertEqual(made[0], made[1])
        files = {k: v.replace(self.services["keys"]["working_dir"], str(volume))
                 for k, v in self.environment("baton").items() if k.endswith("_FILE")}
        self.assertEqual({pathlib.Path(v).name for v in files.values()}, set(made[0]))
        return files

    def test_it_serves_and_knows_nothing_of_the_owner(self):
        env = self.environment("migrate")
        code, _, err = self.baton(*self.services["migrate"]["command"], env=env)
        self.assertEqual(code, 0, err)

        env = self.environment("baton")
        for word in OWNERS + (PASSWORDS["BATON_OWNER_PASSWORD"],):
            self.assertNotIn(word, json.dumps(self.services["baton"]) + json.dumps(env, ensure_ascii=False))
        env |= self.make_keys()
        server = self.start([BINARY, "serve"], **env)
        url = wait_for("it listens", lambda: self.baton("where", "--process", server.process.pid)[1].strip())
        wait_for("it is ready", lambda: get(url + "/readyz")[0] == 200)
        self.assertNotIn("a login of its own", server.said())
        code, out, err = self.baton("workspace", "create", "acme", "--marketing", "ana@acme.example", env=env)
        self.assertEqual(code, 0, err)
        self.assertEqual(server.end(), 0, server.said())

    def test_the_owner_is_warned_of_and_once(self):
        env = self.environment("migrate")
        self.assertEqual(self.baton("migrate", env=env)[0], 0)
        env |= self.make_keys()
        env["DATABASE_URL"] = env["BATON_OWNER_URL"]
        server = self.start([BINARY, "serve"], **env)
        url = wait_for("it listens", lambda: self.baton("where", "--process", server.process.pid)[1].strip())
        wait_for("it is ready", lambda: get(url + "/readyz")[0] == 200)
        self.assertEqual(server.said().count("give the service a login of its own"), 1)
        code, _, err = self.baton("workspace", "list")
        self.assertEqual(code, 3)
        self.assertIn("on host=127.0.0.1 port=%d dbname=baton user=baton_owner" % self.port, err)
        self.assertIn("give its DATABASE_URL", err)
        self.assertEqual(server.end(), 0)

    def test_what_it_names_is_there(self):
        stages = re.findall(r"^FROM \S+ AS (\S+)$", (ROOT / "docker/Dockerfile").read_text(), re.M)
        self.assertEqual(stages[-2:], ["baton", "baton-embedded"])
        self.assertIn(self.services["migrate"]["build"]["target"], stages)
        mounted = [v.split(":")[0] for v in self.services["postgres"]["volumes"] if v.startswith("./")]
        self.assertTrue(mounted and all((ROOT / "docker" / m).exists() for m in mounted))


if __name__ == "__main__":
    main()
