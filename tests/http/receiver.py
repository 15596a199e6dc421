#!/usr/bin/python3
"""Somebody to whom webhooks are sent, and who behaves as the path says.

  receiver.py        prints the port, then serves until its stdin ends

  POST /<name>/<behaviour>   (PATCH too) notes what came under the name, and behaves:
      ok 200; slow 200 after a second; created 201; no 500; gone 410; elsewhere 302 to .../ok; later 503 with Retry-After: 3600;
      system (an id, as a CRM does); hang (no answer); reset; huge 200 and 10 MB; cut (an answer that breaks off); twice (500, then 200)
  GET /leads/<name>/<behaviour>/<id>   a lead's answers, for who shows "Bearer <secret>" of the name, and behaves:
      ok 200; twice (500, then 200); limited (429 with Retry-After: 6, then 200); stalls (no answer, then 200); slow 200 after a second;
      gone 404; huge 2 MB; no 500. GET /seen/<name> counts what was asked for as well.
  PUT /secrets/<name>        the secrets as the owner was shown them, one a line
  GET /seen/<name>           {"count", "ids", "data": [{"id", "type", "lead", "signed_by", "trace", "body", "method",
                                               "path", "authorization"}]}

It takes mail as well (python3-aiosmtpd): GET /seen/smtp has the port in its data, GET /seen/<address> {"count", "data": [{"from", "to",
"subject", "headers", "plain", "html", "unsubscribe", "one_click"}]}. Mail to an address that begins with "no-" is refused.

The signature is checked by the specification, with Python's hmac: signed_by has the places of the
secrets that fit, [0] for the first."""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socket
import struct
import sys
import threading
import time
import urllib.parse

from aiosmtpd.controller import Controller

LOCK = threading.Lock()
SEEN, SECRETS = {}, {}
TOLERANCE_S = 10 * 366 * 86400  # tests move the sender's clock


def signed_by(name, headers, body):
    msg, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    given = headers.get("webhook-signature", "").split(" ")
    fits = []
    for place, secret in enumerate(SECRETS.get(name, [])):
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        mac = hmac.new(key, b"%s.%s.%s" % (msg.encode(), stamp.encode(), body), hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(mac).decode()
        if any(hmac.compare_digest(wanted, one) for one in given) and abs(time.time() - int(stamp)) < TOLERANCE_S:
            fits.append(place)
    return fits


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def say(self, status, body=b"", headers=()):
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        with LOCK:
            SECRETS[self.path.split("/")[2]] = self.body().decode().split()
        self.say(204)

    def do_GET(self):
        if self.path.startswith("/leads/"):
            return self.give_lead()
        with LOCK:
            seen = SEEN.get(self.path.split("/")[2], [])
            text = json.dumps({"count": len(seen), "ids": len({one["id"] for one in seen}), "data": seen})
        self.say(200, text.encode(), [("Content-Type", "application/json")])

    def give_lead(self):
        _, _, name, behaviour, lead = self.path.split("?")[0].split("/")
        with LOCK:
            before = SEEN.setdefault(name, [])
            tried = sum(one["id"] == lead for one in before)
            before.append({"id": lead, "behaviour": behaviour, "type": "fetch", "at": time.time()})
            known = self.headers.get("Authorization") in ["Bearer " + one for one in SECRETS.get(name, [])]
        answers = {"id": lead, "created_time": "2026-11-20T10:00:00+0000",
                   "field_data": [{"name": "email", "values": [lead + "@me.example"]}]}
        body = json.dumps(answers).encode()
        kind = [("Content-Type", "application/json")]
        if not known:
            return self.say(401)
        if behaviour == "gone":
            return self.say(404)
        if behaviour == "huge":
            return self.say(200, b"x" * 2_000_000)
        if behaviour == "no" or (behaviour == "twice" and not tried):
            return self.say(500)
        if behaviour == "limited" and not tried:
            return self.say(429, b"", [("Retry-After", "6")])
        if behaviour == "stalls" and not tried:
            return self.be_hang(tried)
        if behaviour == "slow":
            time.sleep(1)
        return self.say(200, body, kind)

    def do_POST(self):
        _, name, behaviour = self.path.split("/")[:3]
        body = self.body()
        is_form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        said = dict(urllib.parse.parse_qsl(body.decode())) if is_form else json.loads(body)
        event = said["data"]["event"] if "data" in said else {"pos": 0, "lead_id": None}
        with LOCK:
            before = SEEN.setdefault(name, [])
            tried = sum(one["id"] == self.headers["webhook-id"] for one in before)
            before.append({
                "id": self.headers["webhook-id"], "type": said.get("type"), "pos": event["pos"], "lead": event["lead_id"],
                "signed_by": signed_by(name, self.headers, body), "trace": self.headers.get("traceparent"),
                "body": said, "behaviour": behaviour, "method": self.command, "path": self.path,
                "authorization": self.headers.get("Authorization"),
            })
        getattr(self, "be_" + behaviour)(tried)

    do_PATCH = do_POST

    def be_system(self, _):
        said = {"results": [{"id": 4711}], "you": self.headers.get("Authorization"), "more": "x" * 9000}
        self.say(201, json.dumps(said).encode(), [("Content-Type", "application/json")])

    def be_ok(self, _):
        self.say(200, b"thanks")

    def be_slow(self, _):
        time.sleep(1)
        self.say(200)

    def be_created(self, _):
        self.say(201)

    def be_no(self, _):
        self.say(500, b"no \xff\x00!" + b"x" * 10000)

    def be_twice(self, tried):
        self.say(200 if tried else 500)

    def be_gone(self, _):
        self.say(410)

    def be_elsewhere(self, _):
        self.say(302, b"", [("Location", self.path.replace("elsewhere", "ok"))])

    def be_later(self, tried):
        self.say(200 if tried else 503, b"", [("Retry-After", "3600")])

    def be_hang(self, _):
        time.sleep(60)
        self.close_connection = True

    def be_reset(self, _):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def be_huge(self, _):
        self.say(200, b"x" * 10_000_000)

    def be_cut(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True


class Mailbox:
    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("no-"):
            return "550 there is nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        said = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_subtype(): part.get_content() for part in said.walk() if not part.is_multipart()}
        with LOCK:
            for address in envelope.rcpt_tos:
                SEEN.setdefault(address, []).append({
                    "id": said["Message-ID"], "from": envelope.mail_from, "to": envelope.rcpt_tos,
                    "subject": said["Subject"], "headers": said.keys(), "defects": [str(d) for d in said.defects],
                    "plain": parts.get("plain"), "html": parts.get("html"),
                    "unsubscribe": said["List-Unsubscribe"], "one_click": said["List-Unsubscribe-Post"],
                })
        return "250 taken"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):  # the sender has gone
        pass


def main():
    server = Server(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Controller(Mailbox(), hostname="127.0.0.1", port=port).start()
    SEEN["smtp"] = [{"id": "port", "port": port}]
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
