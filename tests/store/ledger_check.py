#!/usr/bin/python3
"""Recomputes a ledger without Baton's code: docs/ledger.md is all it knows.

usage: ledger_check.py --worked            the worked entry and checkpoint of docs/ledger.md
       ledger_check.py FILE                 rows as JSON lines: workspace, subject, seq, kind, time,
                                            actor_kind, actor, team, body (hex), hash (hex), in order of subject and seq
       ledger_check.py --receipt FILE KEY   a receipt, with the public key in PEM (openssl checks the signature)
       ledger_check.py --consistency FILE KEPT KEY   a newer checkpoint against a kept one
       ledger_check.py --tamper FILE KEY    every member of a receipt changed in turn: each must be refused here, and by
                                            `$BATON_BINARY verify --receipt` with exit code 4
"""
import base64
import copy
import datetime
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import uuid

HERE = pathlib.Path(__file__).parents[2]


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
    text = (HERE / "docs/ledger.md").read_text()
    wanted = re.search(r"\| hash \| `([0-9a-f]{64})` \|", text).group(1)
    made = entry_hash(row, bytes(32)).hex()
    print(made)
    return answer(None if made == wanted else "hash") or answer(fault_of(worked_checkpoint, text))


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


# ---- receipts ----


class Refused(Exception):
    pass


def want(holds, words):
    if not holds:
        raise Refused(words)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hexed(text, size):
    want(isinstance(text, str) and re.fullmatch("[0-9a-f]{%d}" % (2 * size), text), "hex")
    return bytes.fromhex(text)


def microseconds(text):
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{6}))?Z", text)
    want(match and match[2] != "000000", "time")
    whole = datetime.datetime.fromisoformat(match[1]).replace(tzinfo=datetime.timezone.utc)
    return int(whole.timestamp()) * 1000000 + int(match[2] or "0")


def identity(text):
    want(isinstance(text, str) and str(uuid.UUID(text)) == text, "id")
    return uuid.UUID(text).bytes


def worked_checkpoint(text):
    """The checkpoint of docs/ledger.md."""
    section = text[text.index("## Checkpoints"):]
    row = {name: re.search(r"\| %s \| `([0-9a-f-]+)` \|" % name, section)[1]
           for name in ("workspace", "root", "public key", "key id", "signature")}
    size, time = map(int, re.search(r"\| size, time \| (\d+), (\d+) \|", section).groups())
    whole = datetime.datetime.fromtimestamp(time // 1000000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    checkpoint = {"workspace": row["workspace"], "size": size, "root": row["root"], "at": whole + "Z",
                  "key_id": row["key id"], "public_key": row["public key"], "signature": row["signature"]}
    der = bytes.fromhex("302a300506032b6570032100" + row["public key"])
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n")
        file.flush()
        check_checkpoint(checkpoint, file.name)


def members(value, *names):
    want(isinstance(value, dict) and set(value) == set(names), "members")


def kind_names():
    text = (HERE / "lib/core/ledger/ledger.h").read_text()
    return {int(n): name for n, name in re.findall(r'X\([A-Z_]+, (\d+), "([a-z_.]+)"\)', text)}


def public_key(path):
    """The raw key out of PEM: the last 32 bytes of SubjectPublicKeyInfo."""
    body = re.search(r"-----BEGIN PUBLIC KEY-----(.*?)-----END", pathlib.Path(path).read_text(), re.S)[1]
    return base64.b64decode(body)[-32:]


def signature_holds(key_file, message, signature):
    with tempfile.TemporaryDirectory() as place:
        (pathlib.Path(place) / "m").write_bytes(message)
        (pathlib.Path(place) / "s").write_bytes(signature)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key_file, "-rawin", "-in", f"{place}/m",
                               "-sigfile", f"{place}/s"], capture_output=True).returncode == 0


def check_checkpoint(checkpoint, key_file):
    members(checkpoint, "workspace", "size", "root", "at", "key_id", "public_key", "signature")
    key, key_id = public_key(key_file), hexed(checkpoint["key_id"], 8)
    want(hexed(checkpoint["public_key"], 32) == key and key_id == sha256(key)[:8], "key")
    want(type(checkpoint["size"]) is int and 1 <= checkpoint["size"] < 2 ** 63, "size")
    message = (b"baton-checkpoint1" + identity(checkpoint["workspace"]) + struct.pack(">q", checkpoint["size"])
               + hexed(checkpoint["root"], 32) + struct.pack(">q", microseconds(checkpoint["at"])) + key_id)
    want(signature_holds(key_file, message, hexed(checkpoint["signature"], 64)), "signature")


def climb(index, size, hash_, path):
    """From a leaf to the root: at each level the right neighbour, if there is one, or the left one."""
    path = list(path)
    while size > 1:
        if index % 2:
            want(path, "path")
            hash_ = sha256(b"\1", path.pop(0), hash_)
        elif index + 1 < size:
            want(path, "path")
            hash_ = sha256(b"\1", hash_, path.pop(0))
        index, size = index // 2, (size + 1) // 2
    want(not path, "path")
    return hash_


def hashes(path):
    want(isinstance(path, list), "path")
    return [hexed(text, 32) for text in path]


def check_receipt(receipt, key_file):
    members(receipt, "format", "entry", "path", "checkpoint")
    want(receipt["format"] == "baton-receipt1", "format")
    entry, checkpoint = receipt["entry"], receipt["checkpoint"]
    check_checkpoint(checkpoint, key_file)
    members(entry, "pos", "subject", "seq", "kind", "type", "at", "actor", "team", "body", "prev", "hash")
    members(entry["actor"], "type", "id")
    want(all(type(entry[name]) is int for name in ("pos", "seq", "kind")), "numbers")
    want(kind_names().get(entry["kind"]) == entry["type"], "type")
    actor = ["system", "member", "key", "operator"].index(entry["actor"]["type"])
    row = {"workspace": checkpoint["workspace"], "subject": entry["subject"], "seq": entry["seq"], "kind": entry["kind"],
           "time": microseconds(entry["at"]), "actor_kind": actor, "actor": entry["actor"]["id"], "team": entry["team"],
           "body": entry["body"].encode().hex()}
    for name in ("workspace", "subject", "actor", "team"):
        want(row[name] is None and name in ("actor", "team") or identity(row[name]), name)
    hash_ = entry_hash(row, hexed(entry["prev"], 32))
    want(hash_ == hexed(entry["hash"], 32), "hash")
    want(1 <= entry["pos"] <= checkpoint["size"], "pos")
    root = climb(entry["pos"] - 1, checkpoint["size"], sha256(b"\0", hash_), hashes(receipt["path"]))
    want(root == hexed(checkpoint["root"], 32), "root")


def subproof(old, size, path, old_root, known):
    """RFC 6962, 2.1.2, read backwards: the roots of the older part and of the whole, out of the path."""
    if old == size:
        root = old_root if known else path.pop()
        return root, root
    k = 1
    while 2 * k < size:
        k *= 2
    want(path, "path")
    sibling = path.pop()
    if old <= k:
        older, whole = subproof(old, k, path, old_root, known)
        return older, sha256(b"\1", whole, sibling)
    older, whole = subproof(old - k, size - k, path, old_root, False)
    return sha256(b"\1", sibling, older), sha256(b"\1", sibling, whole)


def check_consistency(proof, kept, key_file):
    members(proof, "format", "from", "path", "checkpoint")
    check_checkpoint(kept, key_file)
    check_checkpoint(proof["checkpoint"], key_file)
    old, size = kept["size"], proof["checkpoint"]["size"]
    want(proof["format"] == "baton-consistency1" and proof["from"] == old <= size, "sizes")
    want(kept["workspace"] == proof["checkpoint"]["workspace"], "workspace")
    old_root, path = hexed(kept["root"], 32), hashes(proof["path"])
    older, whole = subproof(old, size, path, old_root, True)
    want(not path and older == old_root and whole == hexed(proof["checkpoint"]["root"], 32), "roots")


def fault_of(check_it, *arguments):
    try:
        check_it(*arguments)
    except (Refused, ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error) as why:
        return str(why) or type(why).__name__
    return None


def variants(value):
    """What a member may be changed to: the like, and the unlike."""
    if isinstance(value, bool) or value is None:
        return ["00000000-0000-7000-8000-000000000009", 1]
    if isinstance(value, int):
        return [value + 1, value - 1, -value, str(value), None]
    if isinstance(value, str):
        at = len(value) // 2
        flipped = value[:at] + ("1" if value[at] != "1" else "2") + value[at + 1:]
        return [flipped, value.upper(), value + "0", value[:-1], "", None, 7]
    return [None, [], {}]


def places(value, path=()):
    if isinstance(value, (dict, list)):
        for key in (value if isinstance(value, dict) else range(len(value))):
            yield from places(value[key], path + (key,))
    if path:
        yield path


def at(value, path):
    for key in path:
        value = value[key]
    return value


def tampered(receipt):
    for path in places(receipt):
        kept = at(receipt, path)
        for other in variants(kept):
            if other != kept or type(other) is not type(kept):
                changed = copy.deepcopy(receipt)
                at(changed, path[:-1])[path[-1]] = other
                yield path, changed
        removed = copy.deepcopy(receipt)
        del at(removed, path[:-1])[path[-1]]
        yield path, removed


def baton_refuses(changed_file, key_file):
    baton = subprocess.run([os.environ["BATON_BINARY"], "verify", "--receipt", changed_file, "--public-key", key_file],
                           capture_output=True, text=True)
    return baton.returncode == 4 and "does not hold" in baton.stderr


def tamper(path, key_file):
    """Baton is asked of every third change, or of all with BATON_LONG=1: the unit tests ask it of more."""
    every = 1 if os.environ.get("BATON_LONG") == "1" else 3
    receipt = json.loads(pathlib.Path(path).read_text())
    wrong, count = 0, 0
    want(fault_of(check_receipt, receipt, key_file) is None, "the receipt itself")
    with tempfile.TemporaryDirectory() as place:
        changed_file = f"{place}/receipt.json"
        for where, changed in tampered(receipt):
            count += 1
            pathlib.Path(changed_file).write_text(json.dumps(changed))
            refused = count % every != 0 or baton_refuses(changed_file, key_file)
            if fault_of(check_receipt, changed, key_file) is None or not refused:
                print("taken although changed:", "/".join(map(str, where)), changed)
                wrong += 1
    print(f"{count} changes, {wrong} taken")
    return 1 if wrong or count < 100 else 0


def answer(why):
    print("holds" if why is None else f"does not hold: {why}")
    return 0 if why is None else 1


def main(arguments):
    if arguments[0] == "--worked":
        return worked()
    if arguments[0] == "--tamper":
        return tamper(*arguments[1:])
    if arguments[0] == "--receipt":
        return answer(fault_of(check_receipt, json.loads(pathlib.Path(arguments[1]).read_text()), arguments[2]))
    if arguments[0] == "--consistency":
        proof, kept = (json.loads(pathlib.Path(name).read_text()) for name in arguments[1:3])
        return answer(fault_of(check_consistency, proof, kept, arguments[3]))
    return check(arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
