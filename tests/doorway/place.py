"""What the tests of the doorway share: a checkout of its own with the real scripts and a program that is built
already (BATON_BINARY), a home without anything in it, and servers that end with the test."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("BATON_BINARY", "")
WAIT_S = 60
AS_ROOT = os.geteuid() == 0


def wait_for(what, condition):
    """Waits until the condition holds, and gives what it gave."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("this does not come about: " + what)


def processes(word):
    """Process ids whose command line has this word, but for our own."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if word.encode() in line and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def get(url):
    """(status, body)"""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class Running:
    """A process whose output is kept."""

    def __init__(self, words, env, cwd, stdout=None):
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                                        stdout=stdout or self.output, stderr=self.output, start_new_session=True)

    def said(self):
        self.output.seek(0)
        return self.output.read().decode()

    def wait_said(self, pattern):
        def found():
            match = re.search(pattern, self.said())
            if not match and self.process.poll() is not None:
                match = re.search(pattern, self.said())
                if not match:
                    raise AssertionError("it ended with %d before it said %r:\n%s"
                                         % (self.process.returncode, pattern, self.said()))
            return match
        return wait_for("it says %r" % pattern, found)

    def end(self, number=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(WAIT_S)

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()


def tearDownModule():
    if DoorwayTest.made is not None:
        shutil.rmtree(DoorwayTest.made.parent)


class DoorwayTest(unittest.TestCase):
    made = None  # data with the demonstration in them, for copies

    def setUp(self):
        if not BINARY:
            self.skipTest("BATON_BINARY is not set")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="baton-doorway-"))
        self.folder.chmod(0o755)  # PostgreSQL's user passes through
        self.addCleanup(shutil.rmtree, self.folder)
        self.checkout = self.make_checkout("checkout")
        self.home = self.folder / "home"
        self.home.mkdir()
        self.data = self.folder / "data"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "BATON_BINARY": BINARY,
                    "BATON_RUN_DIR": str(self.folder / "run"), "BATON_LISTEN": "127.0.0.1:0"}
        self.addCleanup(self.nothing_runs_on)

    def make_checkout(self, name):
        checkout = self.folder / name
        shutil.copytree(ROOT / "script", checkout / "script")
        return checkout

    def nothing_runs_on(self):
        """Whatever was started here ends by itself, or has been ended by its test."""
        wait_for("no process is left that works in %s" % self.folder, lambda: not processes(str(self.folder)))

    def start(self, words, cwd=None, stdout=None, **env):
        running = Running([str(w) for w in words], self.env | env, cwd or self.folder, stdout)
        self.addCleanup(running.kill)
        return running

    def script_server(self, **env):
        return self.start([self.checkout / "script/server"], **({"BATON_DATA_DIR": str(self.data)} | env))

    def ready_server(self, fresh=False, **env):
        """(running, url), when the demonstration has been printed; on data that another server made, which is
        quicker, unless there are some already or fresh ones are wanted."""
        if not fresh and not self.data.exists():
            subprocess.run(["cp", "-a", self.made_data(), self.data], check=True)
        server = self.script_server(**env)
        url = server.wait_said(r"Baton answers at (http://\S+)").group(1).rstrip(";")
        server.wait_said("stop: Ctrl-C")
        return server, url

    def made_data(self):
        if DoorwayTest.made is None:
            folder = pathlib.Path(tempfile.mkdtemp(prefix="baton-doorway-made-"))
            folder.chmod(0o755)
            DoorwayTest.made = folder / "data"
            server = self.start([self.checkout / "script/server"], BATON_DATA_DIR=str(DoorwayTest.made))
            server.wait_said("stop: Ctrl-C")
            self.assertEqual(server.end(), 0)
        return DoorwayTest.made

    def run_words(self, words, cwd=None, env=None, as_user=None):
        """(exit code, stdout, stderr)"""
        words = [str(w) for w in words]
        if as_user:
            words = ["runuser", "-u", as_user, "--"] + words
        done = subprocess.run(words, env=self.env | (env or {}), cwd=cwd or self.folder, capture_output=True, text=True,
                              timeout=WAIT_S, check=False)
        return done.returncode, done.stdout, done.stderr

    def script_baton(self, *words, **options):
        return self.run_words([self.checkout / "script/baton", *words], **options)

    def baton(self, *words, **options):
        return self.run_words([BINARY, *words], **options)


def taken_port():
    """A socket that somebody else listens on; its port."""
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    return other, other.getsockname()[1]


def main():
    """For a file of tests. Exits with 77, for CTest to say that it was skipped, when none failed and one or more could
    not be tried; says which and why."""
    name = "doorway/" + os.path.basename(sys.argv[0]).removeprefix("test_").removesuffix(".py")
    result = unittest.main(verbosity=2, exit=False).result
    for test, why in result.skipped:
        print("skipped: %s: %s: %s" % (name, test.id().rsplit(".", 1)[-1], why), flush=True)
    sys.exit(1 if not result.wasSuccessful() else 77 if result.skipped else 0)
