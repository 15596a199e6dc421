#!/usr/bin/python3
"""Thousands of requests made from openapi.yaml, right and spoilt, against a server of its own.

  generated.py BATON [COUNT]          the program under test; how many requests
  generated.py BATON --seconds TIME   or as many as the time allows

Every operation gets bodies that fit its schema and the same spoilt: in their members, their
bytes, their headers, their path and their query. Whatever comes, the answer is one that
openapi.yaml describes, never a fault of the server; nothing that does not fit is taken; the log
knows no error; and at the end the ledger is sound and the server ends as it should.

BATON_GENERATED_SEED decides all of it (default: the same every time); BATON_LONG=1 makes many more.
Exit: 0 it holds, 1 it does not, 2 wrong use.
"""

import argparse
import json
import math
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import exchanges
import request_maker
import spec as contract
import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20261123
COUNT, COUNT_LONG = 3000, 100000
ROUND = 1000  # requests to one workspace; the next begins anew
WAIT_S = 120
SHOWN_MAX = 10
REPEATS_MAX = 20  # of a request that is answered with 503
REPEAT_WAIT_S = 0.5
EDGE = {"411", "413", "501"}  # for a body where none is taken


class Checker(exchanges.Checker):
    """As of recorded stories, and what the description says of every operation in words."""

    def check(self, exchange):
        operation, _ = self.spec.match(exchange["method"], exchange["target"])
        status = str(exchange["status"])
        known = set(EDGE) if operation is None else set(operation.node["responses"])
        if status in EDGE - known and exchange["with_body"]:
            return self.response(exchange, {"$ref": "#/components/responses/Problem" + status}, "")
        return super().check(exchange)

    def request_body(self, exchange, operation):
        if operation.id == "inbound_receive":
            return []  # any JSON under many types, or any form
        if operation.id != "leads_batch":
            return super().request_body(exchange, operation)
        items = json.loads(exchange["request_body"])["leads"]
        answers = json.loads(exchange["response_body"])["data"]
        schema = self.spec.at("/components/schemas/LeadCapture")
        taken = [item for item, answer in zip(items, answers, strict=True) if answer["status"] < 300]
        return ["item was taken: " + fault for item in taken for fault in self.spec.faults(schema, item)]


class Run:
    def __init__(self, program, folder, count, seed, seconds):
        self.program, self.folder, self.count = program, pathlib.Path(folder), count
        self.seconds, self.until = seconds, math.inf
        self.spec = contract.load(ROOT / "openapi.yaml")
        self.checker = Checker(self.spec)
        self.random = random.Random(seed)
        self.port = free_port()
        self.env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BATON_OWNER_URL")}
        self.env |= {"BATON_DATA_DIR": folder + "/data", "BATON_LISTEN": "127.0.0.1:%d" % self.port,
                     "BATON_REQUEST_TIMEOUT_MS": str(WAIT_S * 1000), "BATON_CLIENT_TIMEOUT_MS": str(WAIT_S * 1000)}
        self.wire = wire.Wire(self.port)
        self.found = []
        self.seen = {}  # status: how often
        self.asked = 0

    def play(self):
        with open(self.folder / "log", "wb") as log, subprocess.Popen([self.program, "serve"], env=self.env,
            stderr=log) as server:
            try:
                if not ready(self.port, server):
                    return ["the server does not get ready:\n" + (self.folder / "log").read_text("utf-8",
                        "replace")]
                self.rounds(server)
                self.verify()
            finally:
                server.terminate()
                code = server.wait(WAIT_S)
        if code != 0:
            self.found.append("the server ended with %d" % code)
        self.read_log()
        return self.found

    def rounds(self, server):
        self.until = time.monotonic() + self.seconds
        while self.asked < self.count and time.monotonic() < self.until and len(self.found) < SHOWN_MAX:
            maker = request_maker.Maker(self.spec, self.random, self.workspace("w%d" % self.asked))
            for _ in range(min(ROUND, self.count - self.asked)):
                self.one(maker)
                if server.poll() is not None:
                    self.found.append("the server is gone")
                if len(self.found) >= SHOWN_MAX or server.poll() is not None or time.monotonic() >= self.until:
                    return

    def workspace(self, name):
        args = ["workspace", "create", name, "--starter", "mql", "--starter", "sql", "--sign", "--json"]
        for email, team in request_maker.MEMBERS.items():
            args += ["--" + team, email]
        return json.loads(self.command(*args).stdout)["keys"]

    def command(self, *args):
        return subprocess.run([self.program, *args], env=self.env, capture_output=True, text=True, timeout=WAIT_S,
                              check=False)

    def one(self, maker):
        request = maker.request()
        self.asked += 1
        try:
            status, headers, body = self.ask(request)
        except wire.Dropped as error:
            self.fault(request, "no answer: %s" % error)
            return
        self.seen[status] = self.seen.get(status, 0) + 1
        faults = self.checker.check(request.exchange(status, headers, body))
        if status == 501 and not any(n == b"Transfer-Encoding" for n, _ in request.framing):
            faults.append("501 and no Transfer-Encoding")
        if status >= 500 and status != 501:
            faults.append("a fault of the server")
        if faults:
            self.fault(request,
                       "%s\n%d %s" % ("\n".join(faults), status,
                                      body[:request_maker.SHOWN_BYTES].decode("utf-8", "backslashreplace")))
        elif status < 300 and request.method != b"HEAD" and body[:1] == b"{":
            maker.known.answer(request.operation, headers, json.loads(body))

    def ask(self, request):
        """The answer; what the machine could not answer now is asked again."""
        body = request.body
        if (b"Transfer-Encoding", b"chunked") in request.framing:
            body = wire.chunked(body, [1, 7, 4096])
        for _ in range(REPEATS_MAX):
            answer = self.wire.ask(request.method, request.target, request.headers + request.framing, body)
            if answer[0] != 503:
                break
            time.sleep(REPEAT_WAIT_S)
        return answer

    def fault(self, request, what):
        self.found.append("request %d, %s:\n%s\n--- %s\n" % (self.asked, request.operation.id, request.shown(),
            what))

    def verify(self):
        run = self.command("verify", "--state")
        if run.returncode != 0:
            self.found.append("baton verify --state: %d\n%s%s" % (run.returncode, run.stdout, run.stderr))

    def read_log(self):
        for line in (self.folder / "log").read_text("utf-8", "replace").splitlines():
            try:
                level = json.loads(line)["level"]
            except (ValueError, KeyError, TypeError):
                level = "none"
            if level not in ("debug", "info", "warn"):
                self.found.append("log: " + line[:request_maker.SHOWN_BYTES])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ready(port, server):
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/readyz" % port, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.05)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("--seconds", type=float, default=math.inf)
    args = parser.parse_args()
    seed = int(os.environ.get("BATON_GENERATED_SEED", SEED))
    usual = COUNT_LONG if os.environ.get("BATON_LONG") == "1" else COUNT
    count = args.count or (usual if math.isinf(args.seconds) else sys.maxsize)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends the server, too
    print("BATON_GENERATED_SEED=%d, at most %d requests" % (seed, count), flush=True)
    with tempfile.TemporaryDirectory(prefix="baton-generated-") as folder:
        os.chmod(folder, 0o711)
        run = Run(args.program, folder, count, seed, args.seconds)
        found = run.play()
    print("\n".join(found[:2 * SHOWN_MAX]))
    print("%d requests, answered with %s" % (run.asked,
                                             ", ".join("%d: %d" % pair for pair in sorted(run.seen.items()))))
    print("%d faults" % len(found) if found else "it holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
