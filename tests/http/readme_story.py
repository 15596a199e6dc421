#!/usr/bin/python3
"""Runs the story of README.md, as it stands there, against a server of its own.

  readme_story.py BATON        the program under test
  readme_story.py BATON PORT   where it, or a proxy before it, answers already; BATON_DATA_DIR is set

Between <!-- story --> and <!-- /story --> every sh block is run in one shell, and a json block behind
it is what its output must be. Exit: 0 it is true, 1 it is not, 77 jq or curl is missing.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
READY_WAIT_S = 60
STORY_WAIT_S = 120
MARK = "--- block %d ---"


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    if not shutil.which("jq") or not shutil.which("curl"):
        print("readme_story: skipped: jq or curl is missing")
        return SKIPPED
    blocks = story((ROOT / "README.md").read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="baton-readme-") as folder:
        os.chmod(folder, 0o711)
        if len(sys.argv) == 3:
            return report(run({**os.environ, "BATON_BINARY": sys.argv[1]}, folder, int(sys.argv[2]), blocks))
        return play(sys.argv[1], folder, blocks)


def story(text):
    """[(script, wanted output or None)]"""
    part = text.split("<!-- story -->")[1].split("<!-- /story -->")[0]
    blocks = []
    for language, body in re.findall(r"```(sh|json)\n(.*?)```", part, re.S):
        if language == "sh":
            blocks.append([body, None])
        else:
            blocks[-1][1] = json.loads(body)
    return blocks


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def play(program, folder, blocks):
    port = free_port()
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BATON_OWNER_URL", "BATON_SECRET_KEY_FILE")}
    env |= {"BATON_BINARY": program, "BATON_DATA_DIR": folder + "/data", "BATON_LISTEN": "127.0.0.1:%d" % port}
    with open(folder + "/log", "wb") as log, subprocess.Popen([program, "serve"], env=env, stderr=log) as server:
        try:
            if not ready(port, server):
                print(pathlib.Path(folder, "log").read_text("utf-8"))
                return 1
            found = run(env, folder, port, blocks)
        finally:
            server.terminate()
            code = server.wait(READY_WAIT_S)
    if code != 0:
        found.append("the server ended with %d" % code)
    return report(found)


def report(found):
    print("\n".join(found) or "the story of README.md is true")
    return 1 if found else 0


def ready(port, server):
    deadline = time.monotonic() + READY_WAIT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/readyz" % port, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.05)
    return False


def run(env, folder, port, blocks):
    script = "set -eu\n" + "".join("%s\necho '%s'\n" % (body, MARK % i) for i, (body, _) in enumerate(blocks))
    script = script.replace("127.0.0.1:8080", "127.0.0.1:%d" % port).replace("/tmp/", folder + "/")
    shell = subprocess.run(["bash", "-c", script], env=env, cwd=ROOT, capture_output=True, text=True,
                           timeout=STORY_WAIT_S, check=False)
    rest = shell.stdout
    found = []
    for i, (body, wanted) in enumerate(blocks):
        output, mark, rest = rest.partition((MARK % i) + "\n")
        if not mark:
            return found + ["stopped in block %d:\n%s%s%s" % (i, body, output, shell.stderr)]
        if wanted is not None and parsed(output) != wanted:
            found.append("block %d:\n%swanted %s\ngot    %s%s" % (i, body, json.dumps(wanted), output, shell.stderr))
    return found


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main())
