#!/usr/bin/python3
"""script/server, script/baton and script/demo as somebody meets them who takes a wrong turn: a port that is taken, a
second server, another terminal, another directory, keys that are lost, a reader that goes away."""

import json
import os
import re
import shutil
import signal
import subprocess

from place import AS_ROOT, BINARY, ROOT, DoorwayTest, get, main, processes, taken_port, tearDownModule, wait_for  # noqa: F401


class Start(DoorwayTest):
    def test_a_free_port_is_found_and_named(self):
        server, url = self.ready_server(BATON_LOG_LEVEL="error")
        self.assertRegex(url, r"^http://127\.0\.0\.1:[1-9]\d*$")
        self.assertEqual(get(url + "/readyz")[0], 200)
        self.assertIn("data: %s " % self.data, server.said())
        self.assertEqual(server.end(signal.SIGINT), 0)
        self.assertIn("stopped", server.said())

    def test_a_taken_port_is_the_last_word(self):
        other, port = taken_port()
        with other:
            server = self.script_server(BATON_LISTEN="127.0.0.1:%d" % port)
            self.assertNotEqual(server.process.wait(60), 0)
        self.assertIn("cannot listen on 127.0.0.1:%d: Address already in use" % port, server.said())
        self.assertIn("another port: BATON_LISTEN=127.0.0.1:0", server.said())
        self.assertNotIn("Baton answers", server.said())

    def test_a_second_one_says_where_the_first_is(self):
        first, url = self.ready_server()
        second = self.script_server()
        self.assertNotEqual(second.process.wait(60), 0)
        self.assertIn("is in use by process", second.said())
        self.assertIn("it answers at " + url, second.said())
        self.assertNotIn("Baton answers", second.said())
        self.assertEqual(get(url + "/readyz")[0], 200)
        self.assertEqual(first.end(), 0)

    def test_what_cannot_start_says_why(self):
        server = self.script_server(BATON_LISTEN="nowhere")
        self.assertEqual(server.process.wait(60), 2)
        self.assertIn("script/server: BATON_LISTEN: give HOST:PORT", server.said())
        self.assertEqual(processes(str(self.data)), [])

    def test_a_database_of_ones_own_gets_no_demonstration(self):
        server = self.script_server(DATABASE_URL="postgresql://me@127.0.0.1:1/mine")
        self.assertEqual(server.process.wait(60), 2)
        self.assertIn("not in that database", server.said())
        self.assertIn("script/baton serve", server.said())
        self.assertFalse(self.data.exists())

    def test_words_are_not_taken(self):
        server = self.start([self.checkout / "script/server", "--help"])
        self.assertEqual(server.process.wait(60), 2)
        self.assertIn("until Ctrl-C", server.said())


class End(DoorwayTest):
    def test_nothing_is_left_whatever_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number):
                server, url = self.ready_server()
                self.assertEqual(server.end(number), 0)
                self.assertEqual(get(url + "/livez")[0], 0)
                self.nothing_runs_on()

    def test_nothing_is_left_when_it_is_killed(self):
        server, _ = self.ready_server()
        server.end(signal.SIGKILL)
        self.nothing_runs_on()

    def test_nothing_is_left_when_its_reader_goes(self):
        reader, writer = os.pipe()
        server = self.start([self.checkout / "script/server"], stdout=writer, BATON_DATA_DIR=str(self.data))
        os.close(reader)
        os.close(writer)
        self.assertNotEqual(server.process.wait(60), 0)
        self.nothing_runs_on()

    def test_a_server_that_dies_ends_it(self):
        server, url = self.ready_server()
        process = int(re.search(r"process (\d+)", self.baton("where")[1]).group(1))
        os.kill(process, signal.SIGKILL)
        self.assertEqual(server.process.wait(60), 137)
        self.assertEqual(get(url + "/livez")[0], 0)


class Commands(DoorwayTest):
    def test_they_find_the_data_of_the_server(self):
        self.ready_server()
        for words in (["script/baton"], [BINARY]):
            code, out, err = self.run_words(words + ["workspace", "list"], cwd=self.checkout)
            self.assertEqual((code, out), (0, "demo\n"), err)
        self.assertIn(str(self.data), self.script_baton("verify", "demo")[1])

    def test_they_find_it_when_the_server_has_ended(self):
        server, _ = self.ready_server()
        server.end()
        self.assertEqual(self.script_baton("workspace", "list")[:2], (0, "demo\n"))

    def test_files_are_the_callers(self):
        self.ready_server()
        here = self.folder / "here"
        here.mkdir()
        code, _, err = self.script_baton("workspace", "create", "acme", "--keys-file", "keys.json", cwd=here)
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads((here / "keys.json").read_text())["workspace"]["name"], "acme")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/baton").symlink_to(self.checkout / "script/baton")
        code, out, err = self.run_words([self.folder / "bin/baton", "workspace", "list"], cwd=here)
        self.assertEqual((code, out), (0, "acme\ndemo\n"), err)

    def test_a_data_directory_is_the_callers(self):
        server = self.start([self.checkout / "script/server"], cwd=self.folder, BATON_DATA_DIR="data")
        server.wait_said("stop: Ctrl-C")
        self.assertTrue((self.data / "pg").is_dir())
        self.assertEqual(self.script_baton("workspace", "list", env={"BATON_DATA_DIR": "data"})[1], "demo\n")

    def test_a_wrong_place_stays_empty(self):
        self.ready_server()
        elsewhere = self.folder / "elsewhere"
        code, _, err = self.script_baton("workspace", "create", "acme", env={"BATON_DATA_DIR": str(elsewhere)})
        self.assertEqual(code, 3)
        self.assertIn("there is no database in %s" % elsewhere, err)
        self.assertIn("`%s serve` makes one" % (self.checkout / "script/baton"), err)
        self.assertFalse(elsewhere.exists())

    def test_a_copied_checkout_has_data_of_its_own(self):
        self.ready_server()
        shutil.copytree(self.checkout, self.folder / "copy")
        words = "where"  # which opens nothing
        self.assertIn("database  the private one in %s\n" % self.data, self.script_baton(words)[1])
        self.assertNotIn("database  the private one in %s\n" % self.data,
                         self.run_words([self.folder / "copy/script/baton", words])[1])

    def test_they_say_who_may(self):
        if not AS_ROOT or self.run_words([BINARY, "version"], as_user="nobody")[0] != 0:
            self.skipTest("the server must be root's, and the program open to all")
        self.ready_server()
        code, _, err = self.script_baton("workspace", "list", as_user="nobody")
        self.assertEqual(code, 3)
        self.assertIn("belongs to another user: run as that one, or as root", err)

    def test_without_a_program(self):
        env = {"BATON_BINARY": str(self.folder / "none")}
        code, _, err = self.script_baton("workspace", "list", env=env)
        self.assertEqual(code, 1)
        self.assertIn("run %s first" % (self.checkout / "script/server"), err)


class Demonstration(DoorwayTest):
    def keys(self):
        return self.data / "demo-keys.json"

    def test_keys_are_their_owners(self):
        self.ready_server(fresh=True)
        self.assertEqual(self.keys().stat().st_mode & 0o777, 0o600)

    def test_it_is_made_once(self):
        first, _ = self.ready_server(fresh=True)
        said = first.said()
        first.end()
        second, _ = self.ready_server()
        key = re.search(r"baton_\S+", said).group(0)
        self.assertIn(key, second.said())

    def test_lost_keys_are_made_anew_as_it_says(self):
        first, _ = self.ready_server()
        first.end()
        self.keys().unlink()
        server, url = self.ready_server()
        hint = re.search(r"^  (.*key create demo.*)$", server.said(), re.M).group(1)
        done = subprocess.run(["sh", "-c", hint], cwd=self.folder, env=self.env, capture_output=True, text=True,
                              check=True)
        token = json.loads(done.stdout)["token"]
        status = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url + "/v1/me", "-H",
                                 "Authorization: Bearer " + token], capture_output=True, text=True, check=True)
        self.assertEqual(status.stdout, "200")

    def test_keys_of_other_data_are_replaced(self):
        first, _ = self.ready_server()
        first.end()
        before = self.keys().read_text()
        shutil.rmtree(self.data / "pg")
        second, url = self.ready_server()
        self.assertNotEqual(self.keys().read_text(), before)
        self.assertEqual(get(url + "/readyz")[0], 200)


class Story(DoorwayTest):
    def test_a_refusal_is_a_message_and_no_null(self):
        """With the words that README.md gives its readers."""
        block = re.search(r"^(key\(\).*?)^FORMS=", (ROOT / "README.md").read_text(), re.M | re.S).group(1)
        _, url = self.ready_server()
        for words, said in ((f"URL={url}/v1; get baton_x /me | jq -c .team", "/me: .*unauthenticated"),
                            (f"URL={url}/v1; post baton_x /leads '{{}}' | jq -r .lead", "/leads: .*unauthenticated"),
                            ("URL=http://127.0.0.1:1/v1; get x /me | jq .", "/me: nobody answers at http://127.0.0.1:1"),
                            (f"KEYS={self.data}/demo-keys.json; key nobody", "no key of nobody")):
            with self.subTest(words):
                for shell in ("bash", "dash"):
                    done = subprocess.run([shell, "-c", block + words], capture_output=True, text=True, check=False)
                    self.assertEqual(done.stdout, "")
                    self.assertRegex(done.stderr, said)


class Build(DoorwayTest):
    """script/build on a small project."""

    def setUp(self):
        super().setUp()
        self.write(self.checkout, "int main(void) { return 0; }")

    def write(self, checkout, text):
        (checkout / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(small C)\n"
                                                 "add_executable(small small.c)\n")
        (checkout / "small.c").write_text(text + "\n")

    def build(self, checkout):
        return self.run_words([checkout / "script/build", "out", "all"])

    def test_it_says_how_far_it_is_and_only_when_there_is_work(self):
        code, _, err = self.build(self.checkout)
        self.assertEqual((code, err), (0, "building 50 %\nbuilding 100 %\n"))
        self.assertEqual(self.build(self.checkout), (0, "", ""))

    def test_a_renamed_or_copied_checkout_builds(self):
        self.build(self.checkout)
        shutil.copytree(self.checkout, self.folder / "copy")
        code, _, err = self.build(self.folder / "copy")
        self.assertEqual(code, 0, err)
        self.assertIn("out was made for %s: it is made anew" % self.checkout, err)
        self.checkout.rename(self.folder / "renamed")
        code, _, err = self.build(self.folder / "renamed")
        self.assertEqual(code, 0, err)

    def test_an_error_is_shown_and_the_rest_is_not(self):
        self.write(self.checkout, "int main(void) { return nothing; }")
        code, _, err = self.build(self.checkout)
        self.assertEqual(code, 1)
        self.assertIn("small.c:1:25: error:", err)
        self.assertIn("all of what was said: %s/out/log" % self.checkout, err)
        self.assertNotIn("Scanning dependencies", err)

    def test_what_root_builds_is_the_owners(self):
        if not AS_ROOT:
            self.skipTest("only root can build for another")
        os.chown(self.checkout, 65534, 65534)
        self.assertEqual(self.build(self.checkout)[0], 0)
        self.assertEqual((self.checkout / "out/small").stat().st_uid, 65534)


class Health(DoorwayTest):
    def test_deleted_data_are_not_ready(self):
        server, url = self.ready_server()
        wait_for("the data are gone", lambda: shutil.rmtree(self.data / "pg", True) or
                 not (self.data / "pg").exists())
        status, body = wait_for("it is not ready", lambda: (a := get(url + "/readyz"))[0] == 503 and a)
        self.assertRegex(body, "cannot write|does not answer")
        self.assertEqual(get(url + "/livez")[0], 200)
        server.end()


if __name__ == "__main__":
    main()
