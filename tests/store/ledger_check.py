#!/usr/bin/python3
"""Recomputes a ledger without Baton's code: docs/ledger.md is all it knows.

usage: ledger_check.py --worked            the worked entry of docs/ledger.md
       ledger_check.py FILE                 rows as JSON lines: workspace, subject, seq, kind, time,
                                            actor_kind, actor, team, body (hex), hash (hex), in order of subject and seq
"""
import hashlib
import json
import pathlib
import re
import struct
import sys
import uuid


def raw(text):
    return uuid.UUID(text).bytes if text else bytes(16)


def entry_hash(row, previous):
    body = bytes.fromhex(row["body"])
    return hashlib.sha256(
        b"baton1" + raw(row["workspace"]) + raw(row["subject"])
        + struct.pack(">QHqB", row["seq"], row["kind"], row["time"], row["actor_kind"])
        + raw(row["actor"]) + raw(row["team"]) + struct.pack(">I", len(body)) + body + previous
    ).digest()


def worked():
    row = {
        "workspace": "00000000-0000-7000-8000-000000000001", "subject": "00000000-0000-7000-8000-000000000002",
        "seq": 1, "kind": 9, "time": 1795255200000000, "actor_kind": 1,
        "actor": "00000000-0000-7000-8000-000000000003", "team": "00000000-0000-7000-8000-000000000004",
        "body": b'{"stage":"inquiry"}'.hex(),
    }
    text = (pathlib.Path(__file__).parents[2] / "docs/ledger.md").read_text()
    told = re.search(r"\| hash \| `([0-9a-f]{64})` \|", text).group(1)
    made = entry_hash(row, bytes(32)).hex()
    print(made)
    return 0 if made == told else 1


def check(path):
    subject, previous, seq, wrong, count = None, bytes(32), 0, 0, 0
    for line in open(path):
        row = json.loads(line)
        count += 1
        if row["subject"] != subject:
            subject, previous, seq = row["subject"], bytes(32), 0
        made = entry_hash(row, previous)
        body = json.loads(bytes.fromhex(row["body"]))
        if made.hex() != row["hash"] or row["seq"] != seq + 1 or not plain(body):
            print("wrong:", row["subject"], row["seq"])
            wrong += 1
        previous, seq = bytes.fromhex(row["hash"]), row["seq"]
    print(f"{count} entries, {wrong} wrong")
    return 1 if wrong or not count else 0


def plain(value):
    """Sorted members, integers and strings only."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(plain(item) for item in value.values())
    if isinstance(value, list):
        return all(plain(item) for item in value)
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


if __name__ == "__main__":
    sys.exit(worked() if sys.argv[1] == "--worked" else check(sys.argv[1]))
