#!/usr/bin/python3
"""Runs the story of README.md, or of another page, as it stands there, against a server of its own.

  readme_story.py BATON [PAGE]   the program under test; the page, from the root of the project
  readme_story.py BATON PORT     where it, or a proxy before it, answers already; BATON_DATA_DIR is set

Between each <!-- story --> and <!-- /story --> every sh block is run in one shell, and a json block after it is what
its output must be; a text block, too, word for word. Exit: 0 it is true, 1 it is not, 77 jq or curl is missing.
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
        print("skipped: http/readme: jq or curl is missing")
        return SKIPPED
    page = sys.argv[2] if len(sys.argv) == 3 and not sys.argv[2].isdigit() else "README.md"
    blocks = story((ROOT / page).read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="baton-readme-") as folder:
        os.chmod(folder, 0o711)
        if len(sys.argv) == 3 and sys.argv[2].isdigit():
            return report(run({**os.environ, "BATON_BINARY": sys.argv[1]}, folder, int(sys.argv[2]), blocks))
        return play(sys.argv[1], folder, blocks)


def story(text):
    """[(script, wanted output or None)]"""
    part = "".join(part.split("<!-- /story -->")[0] for part in text.split("<!-- story -->")[1:])
    blocks = []
    for language, body in re.findall(r"```(sh|json|text)\n(.*?)```", part, re.S):
        if language == "sh":
            blocks.append([body, None])
        else:
            blocks[-1][1] = json.loads(body) if language == "json" else body
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
    print("\n".join(found) or "the story is true")
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
    """In a directory of its own, from which script/ is that of the project."""
    here = pathlib.Path(folder, "here")
    here.mkdir()
    (here / "script").symlink_to(ROOT / "script")
    # Its beginning may be run again: what was made stays, and so do the keys.
    first = next(i for i, (_, wanted) in enumerate(blocks) if wanted is not None)
    blocks = blocks + [["set +e\n" + "".join(body for body, _ in blocks[:first + 1]), blocks[first][1]]]
    script = "set -eu\n" + "".join("%s\necho '%s'\n" % (body, MARK % i) for i, (body, _) in enumerate(blocks))
    script = script.replace("127.0.0.1:8080", "127.0.0.1:%d" % port)
    shell = subprocess.run(["bash", "-c", script], env=env, cwd=here, capture_output=True, text=True,
                           timeout=STORY_WAIT_S, check=False)
    rest = shell.stdout
    found = []
    for i, (body, wanted) in enumerate(blocks):
        output, mark, rest = rest.partition((MARK % i) + "\n")
        if not mark:
            return found + ["stopped in block %d:\n%s%s%s" % (i, body, output, shell.stderr)]
        if wanted is not None and wanted not in (output, parsed(output)):
            found.append("block %d:\n%swanted %s\ngot    %s%s" % (i, body, json.dumps(wanted), output, shell.stderr))
    return found


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main())
