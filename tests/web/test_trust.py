"""Whom the page lets in, and what it makes of what strangers wrote."""

import http.server
import threading
import urllib.parse

from place import WebTest, wait_for

BAIT = "<img src=x onerror=\"window.hit = 1\">"
FORMULA = "=HYPERLINK(\"http://evil.example\",\"click\")"


class Stranger(http.server.BaseHTTPRequestHandler):
    """A page of another origin, on this machine: it posts a form to Baton, asks it by script, and frames it."""

    def do_GET(self):
        target = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("at", [""])[0]
        page = """<!doctype html><title>stranger</title><iframe src="%(at)s/"></iframe>
<form id=form method=post enctype="text/plain" target=answer action="%(at)s/v1/leads"><input name='{"email":"csrf@evil.example","x":"' value='"}'></form>
<iframe name=answer></iframe>
<script>
const said = [];
const ask = (path, init) => fetch("%(at)s" + path, {credentials: "include", ...init}).then((r) => said.push(path + " " + r.status), () => said.push(path + " refused"));
form.submit();
ask("/v1/me").then(() => ask("/v1/leads", {method: "POST", headers: {"Content-Type": "text/plain"}, body: '{"email":"script@evil.example"}'}))
  .then(() => ask("/v1/leads", {method: "POST", mode: "no-cors", body: '{"email":"blind@evil.example"}'})).then(() => { document.title = said.join("; "); });
</script>""" % {"at": target}
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *words):
        pass


class Trust(WebTest):
    def test_a_page_of_another_origin_does_nothing(self):
        workspace = self.workspace()
        ana = self.browser(workspace, "ana")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        for host in ("127.0.0.1", "localhost"):  # another port of the same site, and another site
            ana.driver.get("http://%s:%d/?at=%s" % (host, server.server_address[1], urllib.parse.quote(self.service.url)))
            said = wait_for("the stranger is done", lambda: ana.driver.title if "refused" in ana.driver.title else None)
            self.assertNotIn(" 2", said.replace(self.service.url, ""), said)
        found = workspace.ask("ana", "GET", "/v1/leads")["data"]
        self.assertEqual(found, [], "nothing was written")
        frame = ana.run("try { return document.querySelector('iframe').contentDocument ? 'open' : 'shut'; } catch { return 'shut'; }")
        self.assertEqual(frame, "shut")
        refused = " ".join(e["message"] for e in ana.driver.get_log("browser"))
        self.assertRegex(refused, "frame-ancestors|X-Frame-Options|refused to display|Refused to display")
        ana.travels = True

    def test_a_stolen_cookie_is_worth_nothing_once_the_session_has_ended(self):
        workspace = self.workspace()
        ana, thief = self.browser(workspace, "ana"), self.browser()
        cookie = ana.driver.execute_cdp_cmd("Network.getAllCookies", {})["cookies"][0]
        self.assertEqual((cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]), ("__Host-baton", True, True, "Strict"))
        self.assertEqual(ana.run("return document.cookie"), "", "scripts do not see it")
        self.assertEqual(ana.run("return location.hash.includes('batonlink')"), False, "the link is out of the address")
        thief.driver.get(self.service.url)
        thief.driver.execute_cdp_cmd("Network.setCookie", {"name": cookie["name"], "value": cookie["value"], "url": self.service.url, "secure": True, "httpOnly": True, "path": "/"})
        thief.run("localStorage.setItem('signed-in', 'yes')")
        thief.driver.refresh()
        thief.see("Marketing, acme")
        thief.expected = ana.expected = (401, )
        ana.go("account")
        ana.press("Sign out")
        ana.see("Your key")
        thief.run("location.hash = '#/leads'")
        thief.see("Your key")

    def test_another_workspace_is_not_there(self):
        ours, theirs = self.workspace(), self.workspace()
        lead = theirs.lead("Kim")
        ana = self.browser(ours, "ana")
        ana.expected = (404, )
        ana.go("lead/" + lead["lead"]["id"])
        ana.see("A lead that is not here")
        ana.driver.execute_script("location.hash = arguments[0]", "#/handoffs/" + lead["handoff"]["id"])
        ana.see("That did not work.")

    def test_what_strangers_write_stays_a_text(self):
        """A lead whose every field is HTML, and one whose every field is a formula, on every screen."""
        workspace = self.workspace()
        for n, bait in enumerate((BAIT, FORMULA)):
            made = workspace.ask("marketing", "POST", "/v1/leads", {
                "external_ids": [{"source": "crm", "id": bait}], "attributes": {"name": bait, "company.name": bait, "seniority": "vp", "company.employees": 120, "email.is_free_mail": False, "title": bait},
                "touch": {"kind": "form_submitted", "source": "bait%d" % n if "<" in bait else bait[:40], "campaign": bait[:90], "content": bait[:90]}})
            if made["handoff"] is None:
                made["handoff"] = workspace.ask("ana", "POST", "/v1/handoffs", {"lead_id": made["lead"]["id"], "to_team": "sales", "kind": "strategic", "note": bait})["handoff"]
            workspace.ask("sam", "POST", "/v1/handoffs/%s/accept" % made["handoff"]["id"], {"note": bait})
            workspace.ask("sam", "POST", "/v1/leads/%s/facts" % made["lead"]["id"], {"facts": {"need": {"value": bait, "evidence": bait}}})
            workspace.ask("sam", "POST", "/v1/handoffs/%s/return" % made["handoff"]["id"], {"reason": "bad_timing", "note": bait})
            again = workspace.ask("ana", "POST", "/v1/handoffs", {"lead_id": made["lead"]["id"], "to_team": "sales", "kind": "strategic", "note": bait})
            screens = ["queue", "queue/" + again["handoff"]["id"], "handoffs/" + made["handoff"]["id"], "lead/" + made["lead"]["id"], "leads", "attribution?milestone=mql&by=campaign"]
            sam = self.browser(workspace, "sam")
            for screen in screens:
                sam.go(screen)
                self.assertIsNone(sam.run("return window.hit ?? null"), screen)
                self.assertEqual(sam.run("return document.querySelectorAll('img[src=x], [onerror]').length"), 0, screen)
            sam.go("lead/" + made["lead"]["id"])
            sam.see(bait, "main")
            ana = self.browser(workspace, "ana").go("sent?show=returned")
            ana.see(bait, "main")
            self.assertIsNone(ana.run("return window.hit ?? null"))
        refused = sam.run("try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (error) { return error.name; }")
        self.assertEqual(refused, "TypeError", "the browser itself refuses HTML that a script writes")
        sam.driver.get_log("browser")
